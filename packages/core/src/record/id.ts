/** Random bytes are drawn in one call for this many ids: a call into the platform costs more than an id. */
const POOL_IDS = 128;
const ID_BYTES = 10;
const pool: Uint8Array<ArrayBuffer> = new Uint8Array(POOL_IDS * ID_BYTES);
let next: number = POOL_IDS;

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A UUIDv7 (RFC 9562 §5.7): milliseconds since 1970, then 74 random bits. Sorts by time to the millisecond. */
export function createId(now: number = Date.now()): string {
  if (next === POOL_IDS) {
    crypto.getRandomValues(pool);
    next = 0;
  }
  const at = next++ * ID_BYTES;
  const byte = (index: number): number => pool[at + index] ?? 0;
  const hex = (index: number): string => HEX[byte(index)] ?? '';
  const time = now.toString(16).padStart(12, '0');
  const version = (0x70 | (byte(0) & 0x0f)).toString(16);
  const variant = (0x80 | (byte(2) & 0x3f)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}${hex(1)}-${variant}${hex(3)}-${hex(4)}${hex(5)}${hex(6)}${hex(7)}${hex(8)}${hex(9)}`;
}
