import { execFileSync, spawnSync } from "node:child_process";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { type LogInput, openInput } from "./open-input.ts";

const folder = mkdtempSync(join(tmpdir(), "dbadvise-input-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Lines that pack to about a third. */
function lines(count: number, seed = 7): Buffer {
  let state = seed;
  const text: string[] = [];
  for (let line = 0; line < count; line++) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    text.push(`2026-11-22 10:00:00 UTC [${line}] LOG:  duration: ${state} ms\n`);
  }
  return Buffer.from(text.join(""));
}

function file(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function readAll(input: LogInput): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(input.chunks()));
}

async function* inPieces(content: Buffer, bytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += bytes) yield content.subarray(at, at + bytes);
}

const content = lines(50_000);
const half = Math.floor(content.length / 2);
const SKIPPABLE = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]);
const PACKED: readonly (readonly [string, Buffer])[] = [
  ["plain", content],
  ["gzip", gzipSync(content)],
  [
    "gzip, two members",
    Buffer.concat([gzipSync(content.subarray(0, half)), gzipSync(content.subarray(half))]),
  ],
  ["gzip, padded with zeros", Buffer.concat([gzipSync(content), Buffer.alloc(512)])],
  ["zstd", zstdCompressSync(content)],
  [
    "zstd, several frames, some to be skipped",
    Buffer.concat([
      SKIPPABLE,
      zstdCompressSync(content.subarray(0, half)),
      SKIPPABLE,
      zstdCompressSync(Buffer.alloc(0)),
      zstdCompressSync(content.subarray(half)),
    ]),
  ],
];

describe.each(PACKED)("%s", (name, bytes) => {
  test("a file, whatever its name", async () => {
    const input = openInput(file("some.log", bytes));
    expect((await readAll(input)).equals(content)).toBe(true);
    expect(input.size).toBe(bytes.length);
    expect(input.bytesRead()).toBe(bytes.length);
    expect(input.damage()).toBe(null);
    expect(input.plainPath).toBe(name === "plain" ? join(folder, "some.log") : null);
  });

  test("its head first, then everything", async () => {
    for (const input of [
      openInput(file("some.log", bytes)),
      openInput("-", { stdin: inPieces(bytes, 1000) }),
    ]) {
      const head = await input.head(10_000);
      expect(head.ended).toBe(false);
      expect(head.bytes.equals(content.subarray(0, 10_000))).toBe(true);
      const more = await input.head(content.length + 1);
      expect(more.ended).toBe(true);
      expect(more.bytes.equals(content)).toBe(true);
      expect((await readAll(input)).equals(content)).toBe(true);
    }
  });

  test.each([1, 3, 4, 4096])("stdin in pieces of %i bytes", async (size) => {
    const short = size < 100;
    const input = openInput("-", {
      stdin: short ? inPieces(gzipOrNot(name), size) : inPieces(bytes, size),
    });
    expect(input.size).toBe(null);
    expect((await readAll(input)).equals(short ? content.subarray(0, 500) : content)).toBe(true);
  });
});

/** A short input in the same packing: single bytes of a long one take too long. */
function gzipOrNot(name: string): Buffer {
  const short = content.subarray(0, 500);
  if (name === "plain") return short;
  const [first, second] = [short.subarray(0, 200), short.subarray(200)];
  return name.startsWith("gzip")
    ? Buffer.concat([gzipSync(first), gzipSync(second)])
    : Buffer.concat([SKIPPABLE, zstdCompressSync(first), SKIPPABLE, zstdCompressSync(second)]);
}

/** The programs that this machine has. */
describe("the programs' own files", () => {
  const commands: readonly (readonly [string, readonly string[]])[] = [
    ["gzip", ["-c", "-1"]],
    ["gzip", ["-c", "-9"]],
    ["zstd", ["-c", "-q", "--check"]],
    ["zstd", ["-c", "-q", "--no-check", "-9", "--long=20"]],
    ["zstd", ["-c", "-q", "-T2"]],
    ["pzstd", ["-c", "-q", "-p", "2"]],
  ];
  test.each(commands.filter(([program]) => spawnSync(program, ["--version"]).status === 0))(
    "%s %j",
    async (program, args) => {
      const path = file("whole.log", content);
      const packed = execFileSync(program, [...args, path], { maxBuffer: 2 ** 28 });
      const input = openInput(file("packed", Buffer.concat([packed, packed])));
      expect((await readAll(input)).equals(Buffer.concat([content, content]))).toBe(true);
      expect(input.damage()).toBe(null);
    },
  );
});

describe("damage", () => {
  test.each([
    ["gzip", gzipSync(content)],
    ["zstd", zstdCompressSync(content)],
  ])("%s that was cut off keeps what can be read", async (_, packed) => {
    const cut = packed.subarray(0, packed.length - 20_000);
    const input = openInput(file("cut", cut));
    const read = await readAll(input);
    expect(content.subarray(0, read.length).equals(read)).toBe(true);
    expect(read.length).toBeGreaterThan(content.length * 0.7);
    expect(input.damage()?.reason).toMatch(/unexpected end of file/);
    expect(input.damage()?.bytes).toBeGreaterThanOrEqual(0);
  });

  test.each([
    ["gzip", gzipSync(content)],
    ["zstd", zstdCompressSync(content)],
  ])("%s with wrong bytes in its middle: the rest is counted", async (_, packed) => {
    const torn = Buffer.from(packed);
    const middle = Math.floor(torn.length / 2);
    torn.fill(0xff, middle, middle + 1000);
    const input = openInput(file("torn", torn));
    const read = await readAll(input);
    const before = Math.floor(content.length * 0.3);
    expect(read.subarray(0, before).equals(content.subarray(0, before))).toBe(true);
    expect(input.damage()?.bytes).toBeGreaterThan(8);
    expect(input.damage()?.bytes).toBeLessThan(torn.length * 0.8);
  });

  test("what stands behind the last member is told", async () => {
    const packed = gzipSync(content);
    const input = openInput(file("more", Buffer.concat([packed, Buffer.from("no member")])));
    const read = await readAll(input);
    expect(content.subarray(0, read.length).equals(read)).toBe(true);
    expect(input.damage()?.bytes).toBeGreaterThan(8);
  });

  test("a stream that fails keeps what came", async () => {
    const input = openInput("-", {
      stdin: (async function* () {
        yield Buffer.from("some");
        throw new Error("read ECONNRESET");
      })(),
    });
    expect((await readAll(input)).toString()).toBe("some");
    expect(input.damage()).toEqual({ reason: "read ECONNRESET", bytes: 0 });
  });

  test.each([
    ["gzip", Buffer.from([0x1f, 0x8b, 1, 2, 3, 4])],
    ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff])],
  ])("%s of which nothing can be read is no empty log", async (_, bytes) => {
    const input = openInput(file("broken", bytes));
    await expect(input.head(10)).rejects.toMatchObject({ code: "file-not-readable" });
    await expect(readAll(input)).rejects.toMatchObject({ code: "file-not-readable" });
  });
});

test("a missing file and a folder can't be opened", () => {
  expect(() => openInput(join(folder, "no.log"))).toThrow(/Cannot read .*no\.log: ENOENT/);
  expect(() => openInput(folder)).toThrow(/it is a directory/);
});

test("an empty input has an empty head", async () => {
  for (const input of [
    openInput(file("empty", Buffer.alloc(0))),
    openInput("-", { stdin: Readable.from([]) }),
  ]) {
    expect(await input.head(100)).toEqual({ bytes: Buffer.alloc(0), ended: true });
    expect((await readAll(input)).length).toBe(0);
    expect(input.damage()).toBe(null);
  }
});

test("a named pipe is read once, from its first byte", async () => {
  const path = join(folder, "pipe");
  execFileSync("sh", ["-c", 'mkfifo "$0"', path]);
  const writer = createWriteStream(path);
  writer.end(gzipSync(content));
  const input = openInput(path);
  expect(input.plainPath).toBe(null);
  expect((await input.head(5)).bytes.equals(content.subarray(0, 5))).toBe(true);
  expect((await readAll(input)).equals(content)).toBe(true);
});

test("a log that is being written has a head before it ends", async () => {
  let more = (): void => {};
  const stdin = (async function* () {
    yield Buffer.from("first ");
    await new Promise<void>((resolve) => {
      more = resolve;
    });
    yield Buffer.from("second");
  })();
  const input = openInput("-", { stdin });
  expect(await input.head(100)).toEqual({ bytes: Buffer.from("first "), ended: false });
  more();
  expect(await input.head(100)).toEqual({ bytes: Buffer.from("first second"), ended: true });
  expect((await readAll(input)).toString()).toBe("first second");
});

test("who stops reading stops the file's reading", async () => {
  const path = file("long", lines(400_000));
  for (const name of [path, file("long.gz", gzipSync(readFileSync(path)))]) {
    const input = openInput(name);
    for await (const chunk of input.chunks()) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(input.bytesRead()).toBeLessThan(input.size ?? 0);
  }
});
