import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import { startPostgres } from "@dbadvise/testkit";
import { Kysely, PostgresDialect } from "kysely";
import { afterAll, describe, expect, it } from "vitest";
import { type CallSite, readFrame } from "./call-site.ts";
import { observeQuery, onQueryStart, type SentQuery } from "./query-channel.ts";
import { observedPostgres } from "./testing/observed-postgres.ts";

const OWN_LINES = readFileSync(import.meta.filename, "utf8").split("\n");
const INDEX = new URL("index.ts", import.meta.url).href;
// In two parts: tools read the comment in this file too.
const MAPPED = ["//# sourceMapping", "URL=main.mjs.map"].join("");

/** A number as source maps write it. */
function base64Vlq(value: number): string {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let rest = Math.abs(value) * 2 + (value < 0 ? 1 : 0);
  let text = "";
  do {
    const digit = rest % 32;
    rest = Math.floor(rest / 32);
    text += digits.charAt(rest > 0 ? digit + 32 : digit);
  } while (rest > 0);
  return text;
}

const QUERY: SentQuery = {
  sql: "select 1",
  parameters: [],
  server: { system: "postgresql", host: "db", port: 5432, database: "shop", role: "primary" },
  pool: undefined,
};

/** Number of the line of this file that ends in the comment. */
function lineOf(comment: string): number {
  return OWN_LINES.findIndex((line) => line.endsWith(`// ${comment}`)) + 1;
}

async function observed(send: () => unknown): Promise<CallSite | undefined> {
  let site: CallSite | undefined;
  const stop = onQueryStart((query) => {
    site ??= query.callSite();
  });
  try {
    await send();
  } finally {
    stop();
  }
  return site;
}

describe("the line of a query in this process", () => {
  it("is the innermost one outside of the packages, with its function", async () => {
    const site = await observed(function loadOrders() {
      observeQuery(QUERY); // direct
    });
    expect(site).toEqual({
      file: "packages/observe/src/call-site.test.ts",
      line: lineOf("direct"),
      column: expect.any(Number),
      function: "loadOrders",
    });
  });

  it("is not the listener's, though the listener is an application's too", async () => {
    const site = await observed(() => observeQuery(QUERY)); // arrow
    expect(site?.line).toBe(lineOf("arrow"));
  });

  it("is that of the query inside, when a listener sends one itself", () => {
    let inner: CallSite | undefined;
    const stop = onQueryStart((query) => {
      if (query.sql === "inner") inner = query.callSite();
      else observeQuery({ ...QUERY, sql: "inner" }); // inner
    });
    observeQuery(QUERY);
    stop();
    expect(inner?.line).toBe(lineOf("inner"));
  });

  it("is found below 40 frames of a dependency, and not looked for beyond 50", async () => {
    const nested = runInThisContext(
      "(depth, send) => { const call = (n) => (n === 0 ? send() : call(n - 1)); call(depth); }",
      { filename: "/app/node_modules/orm/index.js" },
    ) as (depth: number, send: () => void) => void;
    const below = (depth: number): Promise<CallSite | undefined> =>
      observed(() => nested(depth, observeQuery.bind(undefined, QUERY))); // deep
    expect((await below(40))?.line).toBe(lineOf("deep"));
    expect(await below(60)).toBeUndefined();
  });

  it("is the application's through Kysely and pg, after any number of awaits in between", async () => {
    await using postgres = observedPostgres(await startPostgres());
    const db = new Kysely<{ orders: { id: number } }>({
      dialect: new PostgresDialect({ pool: postgres.pool }),
    });
    await db.schema.createTable("orders").addColumn("id", "integer").execute();
    async function loadOrders(): Promise<unknown> {
      return await db.selectFrom("orders").selectAll().where("id", "=", 1).execute(); // kysely
    }
    // The second one finds an open connection: other awaits, the same line.
    for (let time = 0; time < 2; time += 1) {
      expect(await observed(loadOrders)).toEqual({
        file: "packages/observe/src/call-site.test.ts",
        line: lineOf("kysely"),
        column: expect.any(Number),
        function: "loadOrders",
      });
    }
    const inTransaction = await observed(async () => {
      await db.transaction().execute(async (transaction) => {
        await transaction.selectFrom("orders").selectAll().execute();
      });
    });
    expect(inTransaction?.file).toBe("packages/observe/src/call-site.test.ts");
  });

  it("leaves the process's own settings of stack traces as they were", async () => {
    const { prepareStackTrace, stackTraceLimit } = Error;
    // Without a hook at all: a state that the types don't know.
    const none = undefined as unknown as typeof Error.prepareStackTrace;
    const hooks: (typeof Error.prepareStackTrace)[] = [
      none,
      () => "nonsense",
      (_error, frames) => frames,
      () => {
        throw new Error("a hook that fails");
      },
    ];
    const sites: (CallSite | undefined)[] = [];
    try {
      for (const hook of hooks) {
        Error.prepareStackTrace = hook;
        Error.stackTraceLimit = 3;
        sites.push(await observed(() => observeQuery(QUERY)));
        expect(Error.prepareStackTrace).toBe(hook);
        expect(Error.stackTraceLimit).toBe(3);
      }
    } finally {
      Error.prepareStackTrace = prepareStackTrace;
      Error.stackTraceLimit = stackTraceLimit;
    }
    const found = sites.map((site) => site?.file.endsWith("call-site.test.ts"));
    expect(found).toEqual([true, true, true, undefined]);
  });
});

describe("the line of a query in another process", () => {
  const folder = mkdtempSync(join(tmpdir(), "call-site-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs files in a folder of their own, and returns the call site that `src/main.mjs` printed. */
  function run(files: Readonly<Record<string, string>>, ...flags: string[]): unknown {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const output = execFileSync(process.execPath, [...flags, "src/main.mjs"], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    return output === "undefined\n" ? undefined : JSON.parse(output);
  }

  const main = `import { observeQuery, onQueryStart } from ${JSON.stringify(INDEX)};
import { send } from "orm";
onQueryStart((query) => console.log(JSON.stringify(query.callSite())));
class Orders {
  async load() {
    await send(() => observeQuery(${JSON.stringify(QUERY)}));
  }
}
await new Orders().load();
`;
  const orm = {
    "node_modules/orm/package.json": `{ "name": "orm", "type": "module", "exports": "./index.js" }`,
    "node_modules/orm/index.js": `export async function send(observe) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  await inner(observe);
}
async function inner(observe) {
  await undefined;
  relay(observe);
}
const relay = new Function("observe", "observe()");
`,
  };

  it("is found after awaits of a dependency, through evaluated code", () => {
    // The arrow is the innermost function of the application.
    expect(run({ ...orm, "src/main.mjs": main })).toEqual({
      file: "src/main.mjs",
      line: 6,
      column: 22,
    });
    const withoutArrow = main.replace("() => observeQuery(", "observeQuery.bind(undefined, ");
    expect(run({ ...orm, "src/main.mjs": withoutArrow })).toEqual({
      file: "src/main.mjs",
      line: 6,
      // An asynchronous frame stands at its await.
      column: 5,
      function: "Orders.load",
    });
  });

  it("is one of the sources where source maps are on", () => {
    // Line n of the file is line n + 10 of orders.ts.
    const map = {
      version: 3,
      sources: ["orders.ts"],
      names: [],
      mappings: `AAUA${";AACA".repeat(9)}`,
    };
    const files = {
      ...orm,
      "src/main.mjs": `${main}${MAPPED}\n`,
      "src/main.mjs.map": JSON.stringify(map),
    };
    expect(run(files)).toMatchObject({ file: "src/main.mjs", line: 6 });
    expect(run(files, "--enable-source-maps")).toMatchObject({ file: "src/orders.ts", line: 16 });
  });

  it("is found in a bundle by its source map, and unknown without one", () => {
    const own = stripTypeScriptTypes(
      readFileSync(new URL("call-site.ts", import.meta.url), "utf8"),
    );
    const lines = own.split("\n").length;
    const bundle = `${own}
function observeQuery() { console.log(JSON.stringify(takeCallSite(observeQuery))); }
function query() { observeQuery(); }
function loadOrders() { query(); }
loadOrders();
${MAPPED}
`;
    const map = {
      version: 3,
      sources: ["../node_modules/@dbadvise/observe/dist/index.js", "orders.ts"],
      names: [],
      // The last two lines are lines 1 and 2 of orders.ts.
      mappings: `AAAA${";AACA".repeat(lines + 1)};AC${base64Vlq(-lines - 1)}A;AACA`,
    };
    const files = { "src/main.mjs": bundle, "src/main.mjs.map": JSON.stringify(map) };
    expect(run(files)).toBeUndefined();
    expect(run(files, "--enable-source-maps")).toMatchObject({
      file: "src/orders.ts",
      line: 1,
      function: "loadOrders",
    });
  });

  it("is unknown where the intrinsics are frozen, and nothing fails", () => {
    expect(run({ ...orm, "src/main.mjs": main }, "--frozen-intrinsics")).toBeUndefined();
  });
});

describe("a line of a stack trace", () => {
  it.each([
    ["    at load (/app/src/orders.ts:3:7)", "/app", "src/orders.ts", "load"],
    ["    at async load (file:///app/src/orders.ts:3:7)", "/app/", "src/orders.ts", "load"],
    ["    at async file:///app/src/my%20orders.ts:3:7", "/app", "src/my orders.ts", undefined],
    [
      "    at new Orders (/app (copy)/orders.ts:3:7)",
      "/app",
      "/app (copy)/orders.ts",
      "new Orders",
    ],
    ["    at /app (copy)/orders.ts:3:7", "/app (copy)", "orders.ts", undefined],
    ["    at Orders.load [as run] (/app/a.ts:3:7)", "/app", "a.ts", "Orders.load [as run]"],
    ["    at Object.<anonymous> (/app/a.cjs:3:7)", "/app", "a.cjs", undefined],
    ["    at load (C:\\app\\src\\orders.ts:3:7)", "c:\\app", "src/orders.ts", "load"],
    ["    at file:///c:/app/src/orders.ts:3:7", "C:\\app", "src/orders.ts", undefined],
    ["    at load (D:\\lib\\orders.ts:3:7)", "C:\\app", "D:/lib/orders.ts", "load"],
    ["    at load (webpack://shop/./src/a.ts:3:7)", "/app", "webpack://shop/./src/a.ts", "load"],
    ["    at load (/application/a.ts:3:7)", "/app", "/application/a.ts", "load"],
  ])("%s, run in %s", (line, directory, file, name) => {
    expect(readFrame(line, directory)?.site).toEqual({ file, line: 3, column: 7, function: name });
  });

  it.each(["    at async Promise.all (index 0)", "    at <anonymous>", "Error: 1:2", ""])(
    "has no position: %s",
    (line) => {
      expect(readFrame(line, "/app")).toBeUndefined();
    },
  );
});
