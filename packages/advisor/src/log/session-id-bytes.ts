/** Values below which a process id has its own bits beside the 31 of a session's start: Linux' `pid_max` goes no further. */
const PID_VALUES = 4_194_304;

/**
 * The number that stands for the session `6b02be46.4cd7`, as PostgreSQL names it in `%c`, csvlog and jsonlog: start in
 * seconds and process id, both hexadecimal. 0 where `bytes[from, to)` is no such name.
 */
export function sessionNumber(bytes: Buffer, from: number, to: number): number {
  let start = 0;
  let pid = -1;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 46 && pid < 0 && at > from) {
      pid = 0;
      continue;
    }
    const lower = byte | 32;
    const digit =
      byte >= 48 && byte <= 57 ? byte - 48 : lower >= 97 && lower <= 102 ? lower - 87 : -1;
    if (digit < 0) return 0;
    // Shifts keep 32 bits: what is beyond them only makes two sessions equal that are decades apart.
    if (pid < 0) start = (start << 4) | digit;
    else pid = ((pid << 4) | digit) >>> 0;
  }
  if (pid < 0) return 0;
  // Windows' process ids may be longer: their upper bits go into those of the start.
  return ((start ^ ((pid >>> 22) << 21)) & 0x7fff_ffff) * PID_VALUES + (pid % PID_VALUES);
}
