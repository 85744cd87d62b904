import { appendByte, appendBytes, type ByteOutput } from "./byte-output.ts";

const NUMBER_SIGN = 35;

/**
 * Writes `bytes[from, to)` with a syslog daemon's `#011` as the control character that it stands for: `#` and three octal
 * digits (rsyslog, `$EscapeControlCharactersOnReceive`).
 */
export function appendUnescaped(output: ByteOutput, bytes: Buffer, from: number, to: number): void {
  // Not beyond the line: most chunks have no such sign.
  const line = bytes.subarray(from, to);
  let at = 0;
  for (let sign = line.indexOf(NUMBER_SIGN); sign !== -1; sign = line.indexOf(NUMBER_SIGN, at)) {
    const code = controlCharacter(line, sign + 1);
    appendBytes(output, line, at, code === -1 ? sign + 1 : sign);
    if (code !== -1) appendByte(output, code);
    at = code === -1 ? sign + 1 : sign + 4;
  }
  appendBytes(output, line, at, line.length);
}

function controlCharacter(line: Buffer, from: number): number {
  if (from + 3 > line.length) return -1;
  let code = 0;
  for (let at = from; at < from + 3; at++) {
    const digit = (line[at] ?? 0) - 48;
    if (digit < 0 || digit > 7) return -1;
    code = code * 8 + digit;
  }
  return (code > 0 && code < 32) || code === 127 ? code : -1;
}
