import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { withScopeCache } from "@dbadvise/loader/kysely";
import { onQuery } from "@dbadvise/observe";
import { createPool } from "@dbadvise/pool";
import { postgresDialect } from "@dbadvise/pool/kysely";
import { postgres } from "@dbadvise/pool/postgres";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import { getRequestListener } from "@hono/node-server";
import { Kysely, sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expressApp } from "./express-app.ts";
import { fastifyApp } from "./fastify-app.ts";
import { createGreeting, type Database, type GetGreeting } from "./get-greeting.ts";
import { honoApp } from "./hono-app.ts";

let database: TestDatabase;
let db: Kysely<Database>;

beforeAll(async () => {
  database = await startPostgres();
  const pool = createPool({ connector: postgres(database.url), max: 4 });
  db = new Kysely<Database>({ dialect: withScopeCache(postgresDialect({ pool })) });
  await sql`create table users (id int primary key, name text not null)`.execute(db);
  await sql`insert into users values (1, 'Ada'), (2, 'Grace')`.execute(db);
});
afterAll(async () => {
  await db?.destroy();
  await database?.close();
});

/** Each framework behind a server of Node's. */
const FRAMEWORKS: readonly [string, (greet: GetGreeting) => Promise<Server>][] = [
  [
    "Fastify",
    async (greet) => {
      const app = fastifyApp(greet);
      await app.ready();
      return createServer((request, response) => {
        app.routing(request, response);
      });
    },
  ],
  ["Express", async (greet) => createServer(expressApp(greet))],
  [
    "Hono",
    async (greet) => {
      const listener = getRequestListener(honoApp(greet).fetch);
      return createServer((request, response) => void listener(request, response));
    },
  ],
];

test.each(FRAMEWORKS)(
  "%s: a request asks for a row once, and the next one anew",
  async (_name, start) => {
    const server = await start(createGreeting(db));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const scopes: (string | undefined)[] = [];
    const stop = onQuery(({ scope }) => scopes.push(scope?.name));
    const get = async (id: number): Promise<string> =>
      await (await fetch(`http://127.0.0.1:${port}/users/${id}`)).text();
    try {
      expect(await Promise.all([get(1), get(2), get(1)])).toEqual([
        "Hello, Ada",
        "Hello, Grace",
        "Hello, Ada",
      ]);
      expect(scopes.length).toBe(3);
      expect(scopes.every((scope) => scope?.startsWith("GET /users/"))).toBe(true);
      await db.updateTable("users").set({ name: "Ada Lovelace" }).where("id", "=", 1).execute();
      expect(await get(1)).toBe("Hello, Ada Lovelace");
      await db.updateTable("users").set({ name: "Ada" }).where("id", "=", 1).execute();
    } finally {
      stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  },
);
