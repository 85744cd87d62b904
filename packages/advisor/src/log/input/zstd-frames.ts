const FRAME_MAGIC = 0xfd2fb528;
const RLE_BLOCK = 1;

/** What the next bytes of a file of zstd are (RFC 8878, 3.1). */
type Part =
  | "magic"
  | "descriptor"
  | "header"
  | "block-header"
  | "block"
  | "last-block"
  | "checksum"
  | "skippable-size"
  | "skippable"
  | "unknown";

/** Parts whose bytes tell what follows. */
const READ: ReadonlySet<Part> = new Set(["magic", "descriptor", "block-header", "skippable-size"]);

/** Whether bytes begin a file of zstd. */
export function isZstd(head: Buffer): boolean {
  if (head.length < 4) return false;
  const magic = head.readUInt32LE();
  return magic === FRAME_MAGIC || isSkippable(magic);
}

/**
 * The same bytes, cut at the end of each zstd frame: Node's decoder stops where a frame ends and drops what else was in
 * the chunk, though it goes on with the next one. Files that were appended to or written in parallel have many frames. It doesn't tell when a frame's end is
 * missing either: `onTruncated` is called.
 */
export async function* splitZstdFrames(
  source: AsyncIterable<Buffer>,
  onTruncated: () => void,
): AsyncGenerator<Buffer> {
  let part: Part = "magic";
  let missing = 4;
  const read = Buffer.alloc(4);
  let filled = 0;
  let checksumBytes = 0;

  const enter = (next: Part, bytes: number): void => {
    part = next;
    missing = bytes;
    filled = 0;
  };
  const endPart = (): void => {
    if (part === "magic") {
      const magic = read.readUInt32LE();
      if (magic === FRAME_MAGIC) enter("descriptor", 1);
      else if (isSkippable(magic)) enter("skippable-size", 4);
      // The decoder says that it is none.
      else enter("unknown", Infinity);
    } else if (part === "descriptor") {
      const descriptor = read.readUInt8();
      checksumBytes = (descriptor & 4) === 0 ? 0 : 4;
      enter("header", headerBytes(descriptor));
    } else if (part === "block-header") {
      const header = read.readUIntLE(0, 3);
      const bytes = ((header >> 1) & 3) === RLE_BLOCK ? 1 : header >> 3;
      enter((header & 1) === 0 ? "block" : "last-block", bytes);
    } else if (part === "skippable-size") {
      enter("skippable", read.readUInt32LE());
    } else if (part === "last-block") {
      enter("checksum", checksumBytes);
    } else if (part === "checksum" || part === "skippable") {
      enter("magic", 4);
    } else {
      enter("block-header", 3);
    }
  };

  for await (const chunk of source) {
    let from = 0;
    let at = 0;
    while (at < chunk.length || missing === 0) {
      if (missing === 0) {
        endPart();
        if (part === "magic") {
          yield chunk.subarray(from, at);
          from = at;
        }
      } else {
        const taken = Math.min(missing, chunk.length - at);
        if (READ.has(part)) filled += chunk.copy(read, filled, at, at + taken);
        at += taken;
        missing -= taken;
      }
    }
    if (from < chunk.length) yield chunk.subarray(from);
  }
  if (part !== "magic" || filled > 0) onTruncated();
}

/** Sixteen numbers: such frames hold no data. */
function isSkippable(magic: number): boolean {
  return (magic & 0xfffffff0) === 0x184d2a50;
}

/** Bytes between a frame's descriptor and its first block. */
function headerBytes(descriptor: number): number {
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionaryId = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return (singleSegment ? 0 : 1) + dictionaryId + contentSize;
}
