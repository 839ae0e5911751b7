const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Sets the activity of the transaction, for triggers; '' for none. The id stands in the text, because only a statement without parameters
 * can share a round trip with `begin`; anything but a UUID would be an injection, and counts as none.
 */
export function setActivitySql(id: string): string {
  return `select set_config('deedlog.activity', '${UUID.test(id) ? id : ''}', true)`;
}
