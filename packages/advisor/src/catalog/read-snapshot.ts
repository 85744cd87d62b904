import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { DbadviseError } from "../dbadvise-error.ts";
import { SNAPSHOT_VERSION, type Snapshot } from "./snapshot.ts";
import { faultIn } from "./snapshot-schema.ts";

const GZIP_MAGIC = [0x1f, 0x8b];

/**
 * Reads a snapshot's file, gzip or not. Throws `DbadviseError` `file-not-readable`, or `bad-snapshot` with the path of
 * the first field that is not as the format says.
 */
export async function readSnapshot(path: string): Promise<Snapshot> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new DbadviseError(
      "file-not-readable",
      `The snapshot ${path} can't be read: ${messageOf(error)}.`,
      "Check the path, and that you may read the file.",
      { cause: error },
    );
  }
  const text = (await unpacked(path, bytes)).toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The parser's own message quotes the file, which need not be ours to show.
    throw badSnapshot(path, "is not JSON", error);
  }
  return checked(path, value);
}

async function unpacked(path: string, bytes: Buffer): Promise<Buffer> {
  if (!GZIP_MAGIC.every((byte, place) => bytes[place] === byte)) return bytes;
  try {
    return await promisify(gunzip)(bytes);
  } catch (error) {
    throw badSnapshot(path, `is damaged: ${messageOf(error)}`, error);
  }
}

function checked(path: string, value: unknown): Snapshot {
  const head = typeof value === "object" && value !== null ? value : {};
  if (!("format" in head) || head.format !== "dbadvise-snapshot") {
    throw badSnapshot(path, 'is no snapshot: its "format" is not "dbadvise-snapshot"');
  }
  if ("version" in head && typeof head.version === "number" && head.version > SNAPSHOT_VERSION) {
    throw new DbadviseError(
      "bad-snapshot",
      `${path} is a snapshot of format version ${head.version}; this dbadvise reads up to version ${SNAPSHOT_VERSION}.`,
      "Update dbadvise, or write the snapshot anew with this version.",
    );
  }
  const fault = faultIn(value);
  if (fault !== null) throw badSnapshot(path, `is no valid snapshot: ${fault}`);
  return value as Snapshot;
}

function badSnapshot(path: string, fault: string, cause?: unknown): DbadviseError {
  return new DbadviseError(
    "bad-snapshot",
    `${path} ${fault}.`,
    "Write a snapshot with: dbadvise snapshot --url URL -o FILE.",
    cause === undefined ? undefined : { cause },
  );
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}
