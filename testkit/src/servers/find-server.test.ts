import { expect, test } from "vitest";
import { findFirst, findServer, type Way } from "./find-server.ts";
import type { TestServer } from "./test-server.ts";

const absent: Way<TestServer> = { name: "A", find: () => Promise.resolve("not installed") };
const broken: Way<TestServer> = { name: "B", find: () => Promise.reject(new Error("no space")) };
const works: Way<TestServer> = {
  name: "C",
  find: () => Promise.resolve({ name: "server C", url: "", stop: () => Promise.resolve() }),
};

test("the first way that works is taken, and a failure before it told", async () => {
  const { name } = await findServer("mysql", [absent, broken, works]);
  expect(name).toBe("server C; B failed: Error: no space");
  expect((await findServer("mysql", [absent, works, broken])).name).toBe("server C");
});

test("where none works, the error says what was tried and what to do", async () => {
  await expect(findFirst("mysql", [absent, broken])).rejects.toThrow(
    `No mysql server for tests.
- A: not installed
- B failed: Error: no space
- Set DBADVISE_TEST_MYSQL_URL to the URL of an account with all privileges, start Docker, or install the server.`,
  );
});
