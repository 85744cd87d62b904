import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dirname } from "node:path";
import { startMariadb } from "@dbadvise/testkit";
import { beforeAll, expect, test } from "vitest";
import { nearestProgram, type ServerProgram } from "./local-programs.ts";
import { startLocalServer } from "./local-server.ts";

// MySQL's program is in a root directory of its own here, where nothing but the testkit finds it.
let program: ServerProgram;
beforeAll(async () => {
  // Installs the program where it is missing.
  await (await startMariadb()).close();
  const found = await nearestProgram("MariaDB", 101_100);
  if (found === null) throw new Error("there is no mariadbd");
  program = found;
});

test("starts a server of its own, and leaves nothing behind", async () => {
  const server = await startLocalServer(program, "MariaDB", "0");
  const [row] = await server.query("SELECT @@datadir AS data, @@skip_networking AS private");
  const directory = dirname(String(row?.["data"]).replace(/\/$/, ""));
  expect(row?.["private"]).toBe("1");
  expect(server).toMatchObject({ product: "MariaDB", own: true });
  expect(existsSync(directory)).toBe(true);
  await server.close();
  expect(existsSync(directory)).toBe(false);
});

test.each(["SIGINT", "SIGKILL"] as const)("ends with a process that %s ends", async (signal) => {
  const local = fileURLToPath(new URL("local-server.ts", import.meta.url));
  const script = `
    const { startLocalServer } = await import(${JSON.stringify(local)});
    const server = await startLocalServer(${JSON.stringify(program)}, "MariaDB", "0");
    const [row] = await server.query("SELECT @@datadir AS data, @@pid_file AS pid");
    process.stdout.write(JSON.stringify(row));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [text] = (await once(child.stdout, "data")) as [Buffer];
  const { data } = JSON.parse(text.toString()) as { data: string };
  const directory = dirname(data.replace(/\/$/, ""));
  expect(existsSync(directory)).toBe(true);
  child.kill(signal);
  await once(child, "exit");
  await expect.poll(() => existsSync(directory), { timeout: 20_000 }).toBe(false);
});

test("tells what a server says that does not start", async () => {
  // MariaDB has no such option.
  await expect(startLocalServer(program, "MySQL", undefined)).rejects.toThrow(
    /initialize-insecure/,
  );
});

test("takes the version that is nearest, of the right product", async () => {
  const found = await nearestProgram("MySQL", 90_700, "");
  // Here MariaDB's program has MySQL's name as well.
  expect(found?.version ?? "").not.toMatch(/MariaDB/);
  expect(await nearestProgram("MariaDB", 101_100, "/nowhere")).toEqual(program);
});
