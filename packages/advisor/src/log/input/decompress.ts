import { finished, pipeline, Readable } from "node:stream";
import zlib from "node:zlib";
import { DbadviseError } from "../../dbadvise-error.ts";
import { isZstd, splitZstdFrames } from "./zstd-frames.ts";

export type Compression = "gzip" | "zstd";

/** Bytes at the beginning of a file that tell its compression. */
export const MAGIC_BYTES = 4;

/** A decoder that meets damage drops the output of its last input: so each input is small. */
const INPUT_BYTES = 16 * 1024;
const OUTPUT_BYTES = 256 * 1024;

/** Known by the first {@link MAGIC_BYTES}, whatever the file's name. */
export function compressionOf(head: Buffer): Compression | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  return isZstd(head) ? "zstd" : null;
}

/**
 * The bytes that were compressed, of all members or frames. Damage ends them: `onDamage` is told why, and how many bytes of
 * the source were understood before. Throws `DbadviseError` `file-not-readable` where this Node has no decoder for the compression.
 */
export async function* decompress(
  name: string,
  compression: Compression,
  source: AsyncIterable<Buffer>,
  onDamage: (reason: Error, bytesUnderstood: number) => void,
): AsyncGenerator<Buffer> {
  const decoder = createDecoder(name, compression);
  let wake = (): void => {};
  let ended = false;
  let failure: Error | null = null;
  const whole =
    compression === "zstd"
      ? splitZstdFrames(source, () => {
          failure = new Error("unexpected end of file");
        })
      : source;
  const small = Readable.from(smallChunks(whole), {
    objectMode: false,
    highWaterMark: INPUT_BYTES,
  });
  pipeline(small, decoder, () => {});
  finished(decoder, (error) => {
    ended = true;
    failure = error ?? failure;
    wake();
  });
  decoder.on("readable", () => wake());
  try {
    for (;;) {
      // Not an iterator: that one drops what is decoded already when an error comes.
      for (let chunk = nextChunk(decoder); chunk !== null; chunk = nextChunk(decoder)) yield chunk;
      if (ended) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (ended || decoder.readableLength > 0) resolve();
      });
    }
    if (failure !== null) onDamage(failure, decoder.bytesWritten);
  } finally {
    small.destroy();
    decoder.destroy();
  }
}

type Decoder = zlib.Gunzip | zlib.ZstdDecompress;

function createDecoder(name: string, compression: Compression): Decoder {
  if (compression === "gzip") return zlib.createGunzip({ chunkSize: OUTPUT_BYTES });
  // Before Node 22.15 and 23.8 there is none.
  if (typeof zlib.createZstdDecompress === "function") {
    return zlib.createZstdDecompress({ chunkSize: OUTPUT_BYTES });
  }
  throw new DbadviseError(
    "file-not-readable",
    `${name} is compressed with zstd, which Node ${process.versions.node} cannot read.`,
    `Use Node 22.15 or later, or pass it unpacked: zstd -dc ${name} | dbadvise ... -`,
  );
}

function nextChunk(decoder: Decoder): Buffer | null {
  return decoder.read() as Buffer | null;
}

async function* smallChunks(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += INPUT_BYTES) {
      yield chunk.subarray(at, at + INPUT_BYTES);
    }
  }
}
