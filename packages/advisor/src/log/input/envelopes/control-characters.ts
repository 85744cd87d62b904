import { appendByte, appendBytes, type ByteOutput } from "./byte-output.ts";

const NUMBER_SIGN = 35;

/**
 * Writes `bytes[from, to)` with a syslog daemon's `#011` as the control character that it stands for: `#` and three octal
 * digits (rsyslog, `$EscapeControlCharactersOnReceive`).
 */
export function appendUnescaped(output: ByteOutput, bytes: Buffer, from: number, to: number): void {
  let at = from;
  for (;;) {
    const sign = bytes.indexOf(NUMBER_SIGN, at);
    if (sign === -1 || sign >= to) break;
    const code = controlCharacter(bytes, sign + 1, to);
    appendBytes(output, bytes, at, code === -1 ? sign + 1 : sign);
    if (code !== -1) appendByte(output, code);
    at = code === -1 ? sign + 1 : sign + 4;
  }
  appendBytes(output, bytes, at, to);
}

function controlCharacter(bytes: Buffer, from: number, to: number): number {
  if (from + 3 > to) return -1;
  let code = 0;
  for (let at = from; at < from + 3; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 7) return -1;
    code = code * 8 + digit;
  }
  return (code > 0 && code < 32) || code === 127 ? code : -1;
}
