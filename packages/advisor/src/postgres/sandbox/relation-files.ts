/**
 * The sandbox's relation files. PostgreSQL's planner takes a relation's size from the length of its file, and PGlite
 * keeps files in memory as (bytes, length): a length beyond the bytes costs no memory at all.
 * This is the only file that knows PGlite's insides; `openRelationFiles` fails clearly when they are not as expected.
 */

export const PAGE_BYTES = 8192;
/** Pages of one file; a longer relation goes on in the files `.1`, `.2`, ... */
const SEGMENT_PAGES = 131_072;
const DATA_DIRECTORY = "/pglite/data/";

export interface RelationFiles {
  /** Makes the relation's file as long as `pages` pages. Pages without bytes read as zeros. */
  setLength(path: string, pages: number): void;
  /** Writes whole pages from the file's start. Shared buffers must not hold them. */
  writePages(path: string, bytes: Uint8Array): void;
}

interface FileNode {
  usedBytes: number;
  readonly contents: Uint8Array;
  readonly stream_ops: { read: ReadOperation };
}
interface FileStream {
  readonly node: FileNode;
}
type ReadOperation = (
  stream: FileStream,
  into: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => number;

interface FileSystem {
  lookupPath(path: string): { readonly node: FileNode };
  analyzePath(path: string): { readonly exists: boolean };
  open(path: string, flags: string): FileStream;
  write(
    stream: FileStream,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): number;
  close(stream: FileStream): void;
}

/** Throws where this PGlite does not keep its files as expected. */
export function openRelationFiles(database: object): RelationFiles {
  const files = fileSystemOf(database);
  const probe = "/tmp/dbadvise-probe";
  const stream = files.open(probe, "w+");
  files.write(stream, Uint8Array.of(7), 0, 1, 0);
  const { node } = stream;
  if (
    node.usedBytes !== 1 ||
    node !== files.lookupPath(probe).node ||
    typeof node.stream_ops?.read !== "function"
  ) {
    throw new Error("PGlite's in-memory files are not as expected");
  }
  zeroBeyondBytes(node.stream_ops);
  files.close(stream);

  return {
    setLength(path, pages) {
      let left = Math.max(0, Math.round(pages));
      for (let segment = 0; segment === 0 || left > 0; segment++) {
        const name = DATA_DIRECTORY + path + (segment === 0 ? "" : `.${segment}`);
        if (!files.analyzePath(name).exists) files.close(files.open(name, "w"));
        files.lookupPath(name).node.usedBytes = Math.min(left, SEGMENT_PAGES) * PAGE_BYTES;
        left -= Math.min(left, SEGMENT_PAGES);
      }
    },
    writePages(path, bytes) {
      const file = files.open(DATA_DIRECTORY + path, "r+");
      files.write(file, bytes, 0, bytes.length, 0);
      files.close(file);
    },
  };
}

function fileSystemOf(database: object): FileSystem {
  const module: unknown = Reflect.get(database, "Module");
  const files: unknown =
    typeof module === "object" && module !== null ? Reflect.get(module, "FS") : undefined;
  if (!isFileSystem(files)) throw new Error("PGlite's file system is not where it is expected");
  return files;
}

function isFileSystem(value: unknown): value is FileSystem {
  if (typeof value !== "object" || value === null) return false;
  return ["lookupPath", "analyzePath", "open", "write", "close"].every(
    (name) => typeof Reflect.get(value, name) === "function",
  );
}

/** Without this, a read beyond the bytes would leave the buffer's former content in place. */
function zeroBeyondBytes(operations: { read: ReadOperation }): void {
  const { read } = operations;
  operations.read = (stream, into, offset, length, position) => {
    const { contents, usedBytes } = stream.node;
    if (position + length > contents.length)
      into.fill(0, offset, offset + Math.max(0, Math.min(length, usedBytes - position)));
    return read(stream, into, offset, length, position);
  };
}
