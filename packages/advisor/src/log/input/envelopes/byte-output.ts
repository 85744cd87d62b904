/** Bytes that are put together; the memory is used again and again. */
export interface ByteOutput {
  bytes: Buffer;
  length: number;
}

const FIRST_BYTES = 64 * 1024;

export function createByteOutput(): ByteOutput {
  return { bytes: Buffer.allocUnsafe(FIRST_BYTES), length: 0 };
}

export function appendBytes(output: ByteOutput, from: Buffer, start: number, end: number): void {
  reserve(output, end - start);
  output.length += from.copy(output.bytes, output.length, start, end);
}

export function appendByte(output: ByteOutput, byte: number): void {
  reserve(output, 1);
  output.bytes[output.length++] = byte;
}

export function appendText(output: ByteOutput, text: string): void {
  // A UTF-16 unit takes at most three bytes.
  reserve(output, text.length * 3);
  output.length += output.bytes.write(text, output.length);
}

/** What was put together; good until something is appended. */
export function takeBytes(output: ByteOutput): Buffer {
  const taken = output.bytes.subarray(0, output.length);
  output.length = 0;
  return taken;
}

function reserve(output: ByteOutput, more: number): void {
  const needed = output.length + more;
  if (needed <= output.bytes.length) return;
  const grown = Buffer.allocUnsafe(Math.max(needed, output.bytes.length * 2));
  output.bytes.copy(grown, 0, 0, output.length);
  output.bytes = grown;
}
