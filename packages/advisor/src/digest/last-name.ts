import type { Names } from "../log/execution.ts";

const LONGEST = 256;

/** Numbers of names as {@link Names.idOf} gives them, for a log in which the same name comes many times in a row. */
export function createLastName(names: Names): Names["idOf"] {
  const last = new Uint8Array(LONGEST);
  let lastLength = 0;
  let id = 0;
  return (bytes, from, to) => {
    const length = to - from;
    if (length <= 0) return 0;
    if (length > LONGEST) return names.idOf(bytes, from, to);
    if (length === lastLength) {
      let same = length - 1;
      while (same >= 0 && bytes[from + same] === last[same]) same--;
      if (same < 0) return id;
    }
    for (let at = 0; at < length; at++) last[at] = bytes[from + at] ?? 0;
    lastLength = length;
    id = names.idOf(bytes, from, to);
    return id;
  };
}
