import { execFileSync } from "node:child_process";
import { channel } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { startMariadb, startPostgres } from "@dbadvise/testkit";
import { createConnection } from "mysql2/promise";
import { afterEach, describe, expect, it } from "vitest";
import {
  observeQuery,
  onQuery,
  onQueryStart,
  queriesAreObserved,
  type SentQuery,
} from "./query-channel.ts";
import type { QueryEnd, QueryStart } from "./query-message.ts";
import { currentScope, withScope } from "./scope.ts";
import { observedPostgres } from "./testing/observed-postgres.ts";

const QUERY: SentQuery = {
  sql: "select * from users where email = $1",
  parameters: ["secret@example.org"],
  server: { system: "postgresql", host: "db", port: 5432, database: "shop", role: "primary" },
  pool: "main",
};

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Everything published until the end of the test. */
function listen(): { readonly starts: QueryStart[]; readonly ends: QueryEnd[] } {
  const heard = { starts: new Array<QueryStart>(), ends: new Array<QueryEnd>() };
  stops.push(
    onQueryStart((query) => heard.starts.push(query)),
    onQuery((query) => heard.ends.push(query)),
  );
  return heard;
}

describe("a query's messages", () => {
  it("are one object, complete at its end", () => {
    const { starts, ends } = listen();
    const before = Date.now();
    const observation = observeQuery(QUERY);
    expect(starts).toHaveLength(1);
    expect(ends).toHaveLength(0);
    observation.succeed(3);
    expect(ends).toHaveLength(1);
    expect(ends[0]).toBe(starts[0]);
    expect(ends[0]).toMatchObject({
      sql: QUERY.sql,
      parameterCount: 1,
      server: QUERY.server,
      pool: "main",
      scope: undefined,
      rows: 3,
      errorCode: undefined,
      error: undefined,
    });
    expect(ends[0]?.parameters()).toEqual(["secret@example.org"]);
    expect(ends[0]?.startedAt).toBeGreaterThanOrEqual(before);
    expect(ends[0]?.durationMs).toBeGreaterThanOrEqual(0);
  });

  it("end once: what comes after the first end is ignored", () => {
    const { ends } = listen();
    const failed = observeQuery(QUERY);
    failed.fail(new RangeError("first"));
    failed.succeed(1);
    failed.fail(new TypeError("third"));
    const succeeded = observeQuery(QUERY);
    succeeded.succeed(2);
    succeeded.fail(new TypeError("second"));
    expect(ends.map(({ rows, errorCode }) => [rows, errorCode])).toEqual([
      [undefined, "RangeError"],
      [2, undefined],
    ]);
    expect(ends[1]?.error).toBeUndefined();
  });

  it("are wanted while anybody listens, to the start, the end, or the channel by its name", () => {
    expect(queriesAreObserved()).toBe(false);
    for (const subscribe of [onQuery, onQueryStart]) {
      const stop = subscribe(() => undefined);
      expect(queriesAreObserved()).toBe(true);
      stop();
      expect(queriesAreObserved()).toBe(false);
    }
    const names: string[] = [];
    const subscriber = (_message: unknown, name: string | symbol): void => {
      names.push(String(name));
    };
    for (const name of ["dbadvise:query:start", "dbadvise:query"]) {
      channel(name).subscribe(subscriber);
      stops.push(() => channel(name).unsubscribe(subscriber));
    }
    observeQuery(QUERY).succeed(0);
    expect(names).toEqual(["dbadvise:query:start", "dbadvise:query"]);
  });

  it("tell the call site to those alone who asked at the start", () => {
    const { starts } = listen();
    observeQuery(QUERY);
    expect(starts[0]?.callSite()).toBeUndefined();
    stops.push(onQueryStart((query) => query.callSite()));
    observeQuery(QUERY).succeed(0);
    expect(starts[1]?.callSite()?.file).toBe("packages/observe/src/query-channel.test.ts");
  });

  it.each([
    ["SQLSTATE of pg", Object.assign(new Error("duplicate"), { code: "23505" }), "23505"],
    [
      "symbol of mysql2",
      Object.assign(new Error("x"), { code: "ER_DUP_ENTRY", errno: 1062 }),
      "ER_DUP_ENTRY",
    ],
    [
      "code of Node",
      Object.assign(new Error("x"), { code: "ECONNRESET", errno: -104 }),
      "ECONNRESET",
    ],
    ["name where the code is a number", new DOMException("stopped", "AbortError"), "AbortError"],
    ["name where there is no code", new TypeError("x"), "TypeError"],
    ["unknown for what is no error", "a string", "unknown"],
    ["unknown for nothing", undefined, "unknown"],
  ])("have an error code: %s", (_name, error, code) => {
    const { ends } = listen();
    observeQuery(QUERY).fail(error);
    expect(ends[0]?.errorCode).toBe(code);
    expect(ends[0]?.error).toBe(error);
  });

  it("print neither parameters nor what the server quotes from the rows", async () => {
    await using postgres = observedPostgres(await startPostgres());
    await postgres.query("create table users (email text primary key, age integer)");
    const { starts, ends } = listen();
    const insert = "insert into users values ($1, $2)";
    await postgres.query(insert, ["secret@example.org", 42]);
    await expect(postgres.query(insert, ["secret@example.org", 43])).rejects.toThrow("unique");
    await expect(postgres.query(insert, ["other", "secret"])).rejects.toThrow("secret");
    expect(ends.map(({ errorCode }) => errorCode)).toEqual([undefined, "23505", "22P02"]);
    // The errors themselves do hold the data.
    expect(inspect(ends[1]?.error)).toContain("secret");
    for (const message of [...starts, ...ends]) {
      expect(inspect(message, { depth: 9, showHidden: true })).not.toContain("secret");
      expect(JSON.stringify(message)).not.toContain("secret");
      expect(JSON.stringify({ ...message })).not.toContain("secret");
      expect(JSON.stringify(structuredClone({ ...message }))).not.toContain("secret");
    }
    expect(inspect(ends[0])).toContain(insert);
  });
});

it("has the symbolic code of an error of mysql2, and prints nothing of it", async () => {
  const { ends } = listen();
  const database = await startMariadb();
  const connection = await createConnection(database.url);
  await connection.query("create table users (email varchar(99) primary key)");
  const sql = "insert into users values (?), (?)";
  const parameters = ["secret@example.org", "secret@example.org"];
  const query = observeQuery({ ...QUERY, sql, parameters });
  await connection.query(sql, parameters).catch((error: unknown) => query.fail(error));
  await connection.end();
  await database.close();
  expect(ends[0]?.errorCode).toBe("ER_DUP_ENTRY");
  expect(inspect(ends[0]?.error)).toContain("secret");
  expect(inspect(ends[0], { depth: 9, showHidden: true })).not.toContain("secret");
});

describe("a listener that throws", () => {
  const program = (listening: string): string => `
    import { observeQuery, onQuery, onQueryStart } from ${JSON.stringify(new URL("index.ts", import.meta.url).href)};
    ${listening}
    onQuery(({ rows }) => console.log("heard", rows));
    observeQuery(${JSON.stringify(QUERY)}).succeed(1);
    console.log("sent");
    setTimeout(() => console.log("on"), 1);`;
  const run = (listening: string): string =>
    execFileSync(process.execPath, ["--input-type=module", "--eval", program(listening)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });

  it("disturbs neither the query nor other listeners; its error is an uncaught exception", () => {
    const thrower = `onQueryStart(() => { throw new Error("start"); }); onQuery(() => { throw new Error("end"); });`;
    const handler = `process.on("uncaughtException", ({ message }) => console.log("uncaught", message));`;
    const lines = run(`${handler} ${thrower}`).trim().split("\n");
    expect(lines).toEqual(["heard 1", "sent", "uncaught start", "uncaught end", "on"]);
    // As for any uncaught exception, Node ends the process where nobody handles it.
    expect(() => run(thrower)).toThrow("Error: start");
  });
});

describe("the scope of a query", () => {
  it("is the one around the code that sends it, over awaits", async () => {
    const { ends } = listen();
    const send = async (): Promise<void> => {
      await Promise.resolve();
      observeQuery(QUERY).succeed(0);
    };
    await Promise.all([
      withScope(send, "GET /orders"),
      withScope(async () => {
        await send();
        await withScope(send, "inner");
        await send();
      }, "job"),
      send(),
    ]);
    const names = ends.map(({ scope }) => scope?.name);
    expect(names.map(String).toSorted((a, b) => a.localeCompare(b))).toEqual([
      "GET /orders",
      "inner",
      "job",
      "job",
      "undefined",
    ]);
    const ids = (name: string): unknown[] =>
      ends.filter(({ scope }) => scope?.name === name).map(({ scope }) => scope?.id);
    expect(new Set(ids("job")).size).toBe(1);
    expect(new Set(ends.map(({ scope }) => scope?.id)).size).toBe(4);
  });

  it("is known at the end, wherever the driver calls back", () => {
    const { ends } = listen();
    const observation = withScope(() => observeQuery(QUERY), "job");
    expect(currentScope()).toBeUndefined();
    observation.succeed(0);
    expect(ends[0]?.scope?.name).toBe("job");
  });

  it("ends with its function, also with one that throws", () => {
    expect(withScope(() => currentScope()?.name, "outer")).toBe("outer");
    expect(() =>
      withScope(() => {
        throw new RangeError("inside");
      }),
    ).toThrow("inside");
    expect(currentScope()).toBeUndefined();
  });
});
