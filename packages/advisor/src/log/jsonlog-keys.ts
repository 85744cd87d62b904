/** Keys of `jsonlog` (PostgreSQL's jsonlog.c), by numbers: first those that are read. */
export const KEY = {
  timestamp: 1,
  error_severity: 2,
  message: 3,
  detail: 4,
  statement: 5,
  state_code: 6,
  session_id: 7,
  pid: 8,
  user: 9,
  dbname: 10,
  application_name: 11,
  query_id: 12,
} as const;

/** The number of every key that isn't known. */
export const NO_KEY = 0;
/** Keys of higher numbers are known only so that they are passed quickly. */
export const LAST_READ_KEY: number = KEY.query_id;

const PASSED = [
  "remote_host",
  "remote_port",
  "line_num",
  "ps",
  "session_start",
  "vxid",
  "txid",
  "hint",
  "internal_query",
  "internal_position",
  "context",
  "cursor_position",
  "func_name",
  "file_name",
  "file_line_num",
  "backend_type",
  "leader_pid",
];

/** With what must follow them; the first stands for no key. */
const SPELLED = ["", ...Object.keys(KEY), ...PASSED].map((name) => Buffer.from(`${name}":`));
const LENGTHS = Uint8Array.from(SPELLED, (key) => key.length);
/** Four bytes at a time, the last of them up to the key's end. */
const WORDS_PER_KEY = 5;
const WORDS = new Int32Array(SPELLED.length * WORDS_PER_KEY);
/** A hash table of the first four bytes: the number of a key, and for each key the next one of the same hash. */
const FIRST_OF_HASH = new Uint8Array(256);
const NEXT_OF_HASH = new Uint8Array(SPELLED.length);

for (let key = 1; key < SPELLED.length; key++) {
  const bytes = SPELLED[key] ?? Buffer.alloc(4);
  for (let word = 0; word < WORDS_PER_KEY; word++) {
    const at = Math.min(word * 4, bytes.length - 4);
    WORDS[key * WORDS_PER_KEY + word] = bytes.readInt32LE(at);
  }
  const hash = hashOf(bytes.readInt32LE(0));
  NEXT_OF_HASH[key] = FIRST_OF_HASH[hash] ?? 0;
  FIRST_OF_HASH[hash] = key;
}

/** Which key begins at `at`, behind its opening quote; {@link NO_KEY} where none that is known does before `to`. */
export function keyAt(bytes: DataView, at: number, to: number): number {
  if (at + 4 > to) return NO_KEY;
  let key = FIRST_OF_HASH[hashOf(bytes.getInt32(at, true))] ?? 0;
  while (key !== 0 && !isKey(bytes, at, to, key)) key = NEXT_OF_HASH[key] ?? 0;
  return key;
}

/** Bytes of a key with its closing quote and colon. */
export function lengthOfKey(key: number): number {
  return LENGTHS[key] ?? 0;
}

function isKey(bytes: DataView, at: number, to: number, key: number): boolean {
  const last = (LENGTHS[key] ?? 0) - 4;
  if (at + last + 4 > to) return false;
  let word = key * WORDS_PER_KEY;
  for (let offset = 0; offset < last; offset += 4) {
    if (bytes.getInt32(at + offset, true) !== WORDS[word++]) return false;
  }
  return bytes.getInt32(at + last, true) === WORDS[word];
}

/** 0 to 255. */
function hashOf(word: number): number {
  return Math.imul(word, 0x9e37_79b1) >>> 24;
}
