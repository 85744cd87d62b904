/** To read and write four bytes at a time, as a `Buffer` can't quickly. */
export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
