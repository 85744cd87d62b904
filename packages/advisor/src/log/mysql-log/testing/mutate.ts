const PIECES: readonly Buffer[] = [
  "'",
  '"',
  "`",
  ";",
  "\n",
  ";\n",
  "\0",
  "\r",
  "/*",
  "-- ",
  "\\",
  "#",
  "\n# ",
  "é",
].map((text) => Buffer.from(text));

/** Changes a byte, takes a stretch out, or puts something in. */
export function mutate(bytes: Buffer, random: () => number): Buffer {
  const at = Math.floor(random() * bytes.length);
  const kind = random();
  const piece = PIECES[Math.floor(random() * PIECES.length)] ?? Buffer.alloc(1);
  const length = kind < 0.4 ? 1 : kind < 0.7 ? Math.floor(random() * (bytes.length - at)) : 0;
  const put =
    kind < 0.3 || kind >= 0.7
      ? piece
      : kind < 0.4
        ? Buffer.of(Math.floor(random() * 256))
        : Buffer.alloc(0);
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + length)]);
}
