import { type ChildProcess, spawn } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { followFile, type FollowOptions } from "./follow-file.ts";

const folder = mkdtempSync(join(tmpdir(), "dbadvise-follow-"));
afterAll(() => rmSync(folder, { recursive: true }));

const running: { readonly child?: ChildProcess; readonly follower?: Follower }[] = [];
afterEach(async () => {
  for (const { child, follower } of running.splice(0)) {
    child?.kill("SIGKILL");
    await follower?.end();
  }
});

interface Follower {
  /** Waits until the text that was read is as expected. */
  until(isEnough: (text: string) => boolean): Promise<string>;
  text(): string;
  end(): Promise<void>;
}

function follow(path: string, options: Omit<FollowOptions, "signal"> = {}): Follower {
  const abort = new AbortController();
  let text = "";
  const reading = (async () => {
    for await (const chunk of followFile(path, { ...options, signal: abort.signal })) {
      text += chunk.toString("latin1");
    }
  })();
  const follower: Follower = {
    async until(isEnough) {
      const end = Date.now() + 60_000;
      while (!isEnough(text) && Date.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return text;
    },
    text: () => text,
    async end() {
      abort.abort();
      await reading;
    },
  };
  running.push({ follower });
  return follower;
}

let files = 0;

function newPath(): string {
  return join(folder, `postgresql-${++files}.log`);
}

/** Writes numbered lines like a server: appends, opens its file again when it is told to, until it is told to stop. */
const WRITER = `
const fs = require("node:fs");
const [path, tear] = process.argv.slice(1);
let fd = fs.openSync(path, "a");
let n = 0;
let stops = false;
process.on("message", (word) => {
  if (word === "stop") { stops = true; return; }
  fs.closeSync(fd);
  fd = fs.openSync(path, "a");
  process.send(n);
});
(function step() {
  if (stops) { process.send(n); process.disconnect(); return; }
  for (let i = 0; i < 20; i++) {
    const line = "line " + n++ + " " + "x".repeat(n % 200) + "\\n";
    if (tear === "tear") { fs.writeSync(fd, line.slice(0, 3)); fs.writeSync(fd, line.slice(3)); }
    else fs.writeSync(fd, line);
  }
  setTimeout(step, 1);
})();
`;

interface Writer {
  /** Tells it to open its file again, or to stop; the number of lines that it has written. */
  tell(word: "reopen" | "stop"): Promise<number>;
}

function startWriter(path: string, tear: string): Writer {
  const child = spawn(process.execPath, ["-e", WRITER, path, tear], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  running.push({ child });
  return {
    tell: (word) =>
      new Promise((resolve) => {
        child.once("message", (lines: number) => resolve(lines));
        child.send(word);
      }),
  };
}

function linesUpTo(count: number): string {
  return Array.from({ length: count }, (_, n) => `line ${n} ${"x".repeat((n + 1) % 200)}\n`).join(
    "",
  );
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("rotation while another process writes: nothing is lost, nothing read twice", () => {
  test.each([
    ["rename, then create", "", (path: string) => renameSync(path, `${path}.1`)],
    [
      "rename, then create; lines in two pieces",
      "tear",
      (path: string) => renameSync(path, `${path}.1`),
    ],
    [
      "rename and create, before the writer knows",
      "",
      (path: string) => {
        renameSync(path, `${path}.1`);
        writeFileSync(path, "");
      },
    ],
    ["remove, then create", "", (path: string) => unlinkSync(path)],
  ] as const)("%s", async (_, tear, rotate) => {
    const path = newPath();
    const writer = startWriter(path, tear);
    const follower = follow(path);
    await follower.until((text) => text.length > 10_000);
    for (let rotation = 0; rotation < 12; rotation++) {
      rotate(path);
      await pause(rotation * 5);
      const lines = await writer.tell("reopen");
      // A file that is replaced before it was looked at is not seen at all.
      await follower.until((text) => text.includes(`line ${lines} `));
    }
    const lines = await writer.tell("stop");
    expect(lines).toBeGreaterThan(1000);
    const expected = linesUpTo(lines);
    const read = await follower.until((text) => text.length >= expected.length);
    expect(read === expected).toBe(true);
    await pause(100);
    expect(follower.text().length).toBe(expected.length);
  });
});

test("emptied in place, after it was read", async () => {
  const path = newPath();
  const follower = follow(path);
  let expected = "";
  for (let round = 0; round < 10; round++) {
    // Shorter, longer and as long as what was there before.
    const text = `round ${round} ${"y".repeat([10, 1000, 1000, 3][round % 4]!)}\n`;
    expected += text;
    appendFileSync(path, text);
    expect(await follower.until((read) => read.length >= expected.length)).toBe(expected);
    truncateSync(path);
  }
});

test("emptied and at once longer than before", async () => {
  const path = newPath();
  writeFileSync(path, "old 1\nold 2\n");
  const follower = follow(path);
  await follower.until((text) => text.endsWith("old 2\n"));
  writeFileSync(path, "new 1\nnew 2\nnew 3\n");
  expect(await follower.until((text) => text.endsWith("3\n"))).toBe(
    "old 1\nold 2\nnew 1\nnew 2\nnew 3\n",
  );
});

test("a file that comes to be later, in a folder that comes to be later", async () => {
  const path = join(folder, `later-${++files}`, "some.log");
  const follower = follow(path);
  await pause(20);
  await mkdir(join(path, ".."));
  await pause(20);
  writeFileSync(path, "first\n");
  expect(await follower.until((text) => text !== "")).toBe("first\n");
  appendFileSync(path, "second\n");
  expect(await follower.until((text) => text.endsWith("second\n"))).toBe("first\nsecond\n");
});

test("a line that breaks off at a change is no part of the next one", async () => {
  const path = newPath();
  writeFileSync(path, "whole\nbrok");
  const follower = follow(path);
  await follower.until((text) => text.endsWith("brok"));
  renameSync(path, `${path}.1`);
  writeFileSync(path, "next\nbro");
  expect(await follower.until((text) => text.endsWith("bro"))).toBe("whole\nbrok\nnext\nbro");
  truncateSync(path);
  appendFileSync(path, "last\n");
  expect(await follower.until((text) => text.endsWith("last\n"))).toBe(
    "whole\nbrok\nnext\nbro\nlast\n",
  );
});

test("from a byte on; from the beginning where the file has fewer", async () => {
  const path = newPath();
  writeFileSync(path, `${"a".repeat(1000)}b`);
  expect(await follow(path, { from: 1000 }).until((text) => text !== "")).toBe("b");
  expect(await follow(path, { from: 1002 }).until((text) => text.length > 1000)).toHaveLength(1001);
  const end = follow(path, { from: 1001 });
  await pause(50);
  expect(end.text()).toBe("");
  appendFileSync(path, "c");
  expect(await end.until((text) => text !== "")).toBe("c");
});

test("reads nothing while the consumer is busy", async () => {
  const path = newPath();
  writeFileSync(path, Buffer.alloc(3_000_000, "x"));
  const abort = new AbortController();
  const chunks = followFile(path, { signal: abort.signal });
  const first = await chunks.next();
  expect((first.value as Buffer).length).toBeLessThan(1_000_000);
  // What was not asked for was not read: what is in its place now is.
  writeFileSync(path, Buffer.alloc(3_000_000, "y"));
  let rest = "";
  while (rest.length < 3_000_001) rest += ((await chunks.next()).value as Buffer).toString();
  expect(rest).toBe(`\n${"y".repeat(3_000_000)}`);
  abort.abort();
  expect((await chunks.next()).done).toBe(true);
});

test("ends when it is told to, also while it waits", async () => {
  const path = newPath();
  const follower = follow(path);
  await pause(50);
  await follower.end();
  writeFileSync(path, "");
  const other = follow(path);
  await pause(50);
  await other.end();
  expect(other.text()).toBe("");
});

test("a folder can't be followed", async () => {
  const chunks = followFile(folder, { signal: new AbortController().signal });
  await expect(chunks.next()).rejects.toMatchObject({ code: "file-not-readable" });
});
