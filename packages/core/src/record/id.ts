/** Where the random part of a UUIDv4 begins that a UUIDv7 keeps: behind the version digit. */
const RANDOM_PART = 15;

/** A UUIDv7 (RFC 9562 §5.7): milliseconds since 1970, then 74 random bits. Sorts by time to the millisecond. */
export function createId(now: number = Date.now()): string {
  const time = (Number.isInteger(now) ? now : Math.trunc(now)).toString(16).padStart(12, '0');
  // The platform draws its random bytes in bulk, which is cheaper than any pool of ours.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(RANDOM_PART)}`;
}
