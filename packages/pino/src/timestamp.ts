const DATE_AND_TIME = 23;

/** `YYYY-MM-DD HH:mm:ss.SSS`, in UTC. */
export function timestampText(time: Date): string {
  return time.toISOString().slice(0, DATE_AND_TIME).replace('T', ' ');
}
