/** Where the random part of a UUIDv4 begins that a UUIDv7 keeps: behind the version digit. */
const RANDOM_PART = 15;

// The global is a getter, and both it and the text of a time cost more than the random bytes.
const { crypto: platform } = globalThis;
let lastTime = -1;
let timePart = '';

/** A UUIDv7 (RFC 9562 §5.7): milliseconds since 1970, then 74 random bits. Sorts by time to the millisecond. */
export function createId(now: number = Date.now()): string {
  if (now !== lastTime) {
    const time = Math.trunc(now).toString(16).padStart(12, '0');
    timePart = `${time.slice(0, 8)}-${time.slice(8)}-7`;
    lastTime = now;
  }
  // The platform draws its random bytes in bulk, which is cheaper than any pool of ours.
  return timePart + platform.randomUUID().slice(RANDOM_PART);
}
