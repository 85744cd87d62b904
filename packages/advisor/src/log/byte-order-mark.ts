/** Where a line's text begins: behind the mark that Windows' programs put before a file's first line, if it is there. */
export function skipByteOrderMark(bytes: Buffer, from: number): number {
  return bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf
    ? from + 3
    : from;
}
