/**
 * The role of a related person whom an activity is about, other than its actor: `related: [{ role: DATA_SUBJECT, type: 'Patient', id: 7 }]`
 * puts the activity into that person's access log.
 */
export const DATA_SUBJECT = 'data-subject';
