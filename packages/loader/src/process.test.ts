/** What shows only in a process of its own: how it was started, and what it ends with. Both packages must do the same. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const PACKAGES: readonly string[] = [
  import.meta.resolve("dataloader"),
  new URL("index.ts", import.meta.url).href,
];

/** What `code` prints with `DataLoader` of each package, loaded after `before` has run. */
function runWithEach(before: string, code: string): Promise<string[]> {
  return Promise.all(
    PACKAGES.map(async (url) => {
      const script = `${before}; const { default: DataLoader } = await import(${JSON.stringify(url)}); ${code}`;
      const { stdout } = await promisify(execFile)(process.execPath, [
        "--input-type=module",
        "--eval",
        script,
      ]);
      return stdout.trim();
    }),
  );
}

const BATCHES = `
  const loader = new DataLoader(async (keys) => (console.log(keys.join()), [...keys]));
  await Promise.all([loader.load(1), Promise.resolve().then(() => loader.load(2)), loader.loadMany([1, 3])]);`;

test.each([
  ["process.nextTick", ""],
  [
    "setImmediate",
    "const { nextTick } = process; process.nextTick = undefined; queueMicrotask(() => 0)",
  ],
])("batches by %s, as it is there when the module is loaded", async (_name, before) => {
  const code = before === "" ? BATCHES : `process.nextTick = nextTick; ${BATCHES}`;
  expect(await runWithEach(before, code)).toEqual(["1,3,2", "1,3,2"]);
});

test("an error that nobody awaits is unhandled only once its key is loaded", async () => {
  const code = `
    let unhandled = 0;
    process.on("unhandledRejection", () => unhandled++);
    const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
    const loader = new DataLoader(async (keys) => keys.map((key) => new Error(key)));
    loader.prime(1, new Error("primed"));
    await pause();
    console.log(unhandled);
    void loader.load(1);
    await pause();
    console.log(unhandled);
    void loader.load(2);
    void loader.loadMany([3, 1, 2]);
    void loader.load(4);
    loader.load(4).catch(() => {});
    await pause();
    console.log(unhandled);
    void loader.load(5);
    void loader.load(5);
    void loader.load(6);
    await pause();
    console.log(unhandled);`;
  const [real, ours] = await runWithEach("", code);
  expect(real).toBe("0\n1\n1\n3");
  expect(ours).toBe(real);
});
