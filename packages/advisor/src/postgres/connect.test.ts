import { once } from "node:events";
import {
  type AddressInfo,
  connect as connectSocket,
  createServer,
  type Server,
  type Socket,
} from "node:net";
import { type TestDatabase, startPostgres } from "@dbadvise/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DbadviseError } from "../dbadvise-error.ts";
import { connect } from "./connect.ts";

const PASSWORD = "s3cret/word";
const ENCODED_PASSWORD = encodeURIComponent(PASSWORD);

let database: TestDatabase;
beforeAll(async () => {
  database = await startPostgres();
});
afterAll(() => database.close());

const servers: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  }
});

/** A server of our own on a free port; returns the port. */
async function listen(serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => socket.destroy()));
    serve(socket);
  });
  servers.push({ server, sockets });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A message of PostgreSQL's protocol. */
function message(type: string, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length + 4);
  return Buffer.concat([Buffer.from(type), length, bytes]);
}

const errorMessage = (sqlState: string, text: string): Buffer =>
  message("E", `SFATAL\0VFATAL\0C${sqlState}\0M${text}\0\0`);

/** A server that answers a start-up with an error. */
const refusing = (sqlState: string, text: string): Promise<number> =>
  listen((socket) => socket.once("data", () => socket.end(errorMessage(sqlState, text))));

/** The real server behind a pooler that treats the start-up message first. */
async function pooler(treat: (startup: Buffer, socket: Socket) => Buffer | null): Promise<string> {
  const real = new URL(database.url);
  const port = await listen((socket) => {
    socket.once("data", (startup) => {
      const passed = treat(startup, socket);
      if (passed === null) return;
      const upstream = connectSocket(Number(real.port || 5432), real.hostname);
      upstream.on("error", () => socket.destroy()).on("close", () => socket.destroy());
      socket.on("close", () => upstream.destroy());
      upstream.write(passed);
      socket.pipe(upstream).pipe(socket);
    });
  });
  const url = new URL(real);
  url.host = `127.0.0.1:${port}`;
  return url.href;
}

async function failure(url: string): Promise<DbadviseError> {
  const outcome = await connect(url).then(
    async (session) => {
      await session.close();
      return undefined;
    },
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(DbadviseError);
  return outcome as DbadviseError;
}

const LIMITS = `select current_setting('transaction_read_only') as read_only, current_setting('statement_timeout') as statement,
  current_setting('lock_timeout') as lock, current_setting('idle_in_transaction_session_timeout') as idle,
  current_setting('application_name') as name`;

describe("a session", () => {
  it("can't write, waits for nothing long, and says who it is", async () => {
    const session = await connect(database.url);
    expect(await session.query(LIMITS)).toEqual([
      { read_only: "on", statement: "1min", lock: "2s", idle: "1min", name: "dbadvise" },
    ]);
    await expect(session.query("create table written ()")).rejects.toMatchObject({ code: "25006" });
    await session.query("begin");
    await expect(session.query("create table written ()")).rejects.toMatchObject({ code: "25006" });
    await session.close();
  });

  it("keeps the options of the URL, but for its own limits", async () => {
    const url = new URL(database.url);
    url.searchParams.set("options", "-c work_mem=1MB -c default_transaction_read_only=off");
    url.searchParams.set("application_name", "other");
    const session = await connect(url.href);
    expect(await session.query("select current_setting('work_mem') as memory")).toEqual([
      { memory: "1MB" },
    ]);
    expect(await session.query(LIMITS)).toMatchObject([{ read_only: "on", name: "dbadvise" }]);
    await session.close();
  });

  it("keeps the server's SQLSTATE, and takes parameters", async () => {
    const session = await connect(database.url);
    await expect(session.query("select * from nowhere")).rejects.toMatchObject({ code: "42P01" });
    expect(await session.query("select $1::int + 1 as n", [2])).toEqual([{ n: 3 }]);
    await session.close();
  });

  it.each([
    [
      "refuses start-up options",
      (startup: Buffer, socket: Socket): Buffer | null => {
        if (!startup.includes("\0options\0")) return startup;
        socket.end(errorMessage("08P01", "unsupported startup parameter: options"));
        return null;
      },
    ],
    // Blanks of the same length: the message stays whole.
    [
      "ignores start-up options",
      (startup: Buffer): Buffer =>
        Buffer.from(
          startup
            .toString("latin1")
            .replace(/(?<=\0options\0)[^\0]*/, (o) => o.replaceAll(/\S/g, " ")),
          "latin1",
        ),
    ],
  ])("is limited as well behind a pooler that %s", async (_, treat) => {
    const session = await connect(await pooler(treat));
    expect(await session.query(LIMITS)).toMatchObject([
      { read_only: "on", statement: "1min", lock: "2s", idle: "1min" },
    ]);
    await expect(session.query("create table written ()")).rejects.toMatchObject({ code: "25006" });
    await session.query("begin transaction isolation level repeatable read, read only");
    expect(await session.query(LIMITS)).toMatchObject([
      { read_only: "on", statement: "1min", lock: "2s" },
    ]);
    await session.query("savepoint here");
    await expect(session.query("create table written ()")).rejects.toMatchObject({ code: "25006" });
    await session.query("rollback to savepoint here");
    expect(await session.query(LIMITS)).toMatchObject([{ lock: "2s" }]);
    await session.query("rollback");
    await session.close();
  });
});

describe("a connection that fails", () => {
  it.each([
    [
      "28P01",
      'password authentication failed for user "app"',
      /password of user app was not accepted/,
      /encode/,
    ],
    [
      "28000",
      'no pg_hba.conf entry for host "10.0.0.1", user "app", no encryption',
      /does not let user app/,
      /sslmode=require/,
    ],
    ["28000", 'role "app" is not permitted to log in', /not permitted to log in/, /may log in/],
    ["3D000", 'database "shop" does not exist', /no database shop/, /psql -l/],
    ["42501", 'permission denied for database "shop"', /may not connect/, /GRANT CONNECT/],
    ["53300", "sorry, too many clients already", /are in use/, /fewer clients/],
    [
      "57P03",
      "the database system is not accepting connections",
      /does not accept connections now/,
      /recovery/,
    ],
    ["XX000", "something else", /failed: something else/, /psql/],
  ])("says what %s means: %s", async (sqlState, text, said, hint) => {
    const port = await refusing(sqlState, text);
    const error = await failure(`postgres://app:${ENCODED_PASSWORD}@127.0.0.1:${port}/shop`);
    expect(error.code).toBe("connection-failed");
    expect(error.message).toMatch(said);
    expect(error.hint).toMatch(hint);
    expect(error.cause).toMatchObject({ code: sqlState });
  });

  it.each<[string, (socket: Socket) => void, RegExp]>([
    [
      "another service",
      (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
      /does not speak as a PostgreSQL server|broke the connection off/,
    ],
    [
      "one that hangs up",
      (socket) => socket.once("data", () => socket.end()),
      /does not speak as a PostgreSQL server/,
    ],
    ["one that stays silent", () => undefined, /answered .* in time/],
    [
      "a server without TLS",
      (socket) => socket.once("data", () => socket.write("N")),
      /does not offer TLS/,
    ],
    [
      "a password asked for and not given",
      (socket) => {
        const asks = (step: number, text: string): Buffer =>
          message("R", Buffer.concat([Buffer.from([0, 0, 0, step]), Buffer.from(text)]));
        socket.once("data", () => {
          socket.write(asks(10, "SCRAM-SHA-256\0\0"));
          socket.once("data", () => socket.write(asks(11, "r=nonce,s=c2FsdA==,i=4096")));
        });
      },
      /none was given/,
    ],
  ])("tells %s", async (name, serve, said) => {
    const port = await listen(serve);
    const user = name.startsWith("a password") ? "app" : `app:${ENCODED_PASSWORD}`;
    const tls = name.includes("TLS") ? "&sslmode=verify-full" : "";
    const error = await failure(
      `postgres://${user}@127.0.0.1:${port}/shop?connect_timeout=1${tls}`,
    );
    expect(error.code).toBe("connection-failed");
    expect(error.message).toMatch(said);
  });

  it("refuses a server that is too old", async () => {
    const column = (name: string): Buffer =>
      Buffer.concat([
        Buffer.from(`${name}\0`),
        Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0]),
      ]);
    const value = (text: string): Buffer =>
      Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);
    const port = await listen((socket) => {
      const ready = message("Z", "I");
      socket.once("data", () => {
        socket.write(Buffer.concat([message("R", Buffer.alloc(4)), ready]));
        socket.once("data", () => {
          const columns = Buffer.concat([
            Buffer.from([0, 3]),
            column("version"),
            column("shown"),
            column("limited"),
          ]);
          const row = Buffer.concat([
            Buffer.from([0, 3]),
            value("110022"),
            value("11.22"),
            value("t"),
          ]);
          socket.write(
            Buffer.concat([
              message("T", columns),
              message("D", row),
              message("C", "SELECT 1\0"),
              ready,
            ]),
          );
        });
      });
    });
    const error = await failure(`postgres://app@127.0.0.1:${port}/shop`);
    expect(error.code).toBe("unsupported-server");
    expect(error.message).toContain("11.22");
  });

  it("tells a refused port, an unknown host and a missing database of a real server", async () => {
    const port = await listen(() => undefined);
    servers.pop()?.server.close();
    expect(
      (await failure(`postgres://app:${ENCODED_PASSWORD}@127.0.0.1:${port}/shop`)).message,
    ).toContain(`No server accepts connections at 127.0.0.1:${port}`);
    expect((await failure("postgres://app:pw@host.invalid/shop")).message).toContain(
      "host.invalid is unknown",
    );
    const url = new URL(database.url);
    url.pathname = "/not_there";
    expect((await failure(url.href)).message).toContain("no database not_there");
  });

  it.each([
    "postgres://app:PASS@[half/shop",
    "postgres://app:PASS@host:99999/shop",
    "postgres://app:PASS@host:x/shop",
    "host=localhost password=PASS dbname=shop",
  ])("calls %s malformed", async (url) => {
    const error = await failure(url.replace("PASS", ENCODED_PASSWORD));
    expect(error.code).toBe("connection-failed");
    expect(error.message).toContain("malformed");
  });

  it("never repeats the password", async () => {
    const refused = await refusing("28P01", "password authentication failed");
    for (const url of [
      `postgres://app:${ENCODED_PASSWORD}@127.0.0.1:${refused}/shop`,
      `postgres://app@127.0.0.1:${refused}/shop?password=${ENCODED_PASSWORD}`,
      `postgres://app:${ENCODED_PASSWORD}@[half/shop`,
      `postgres://app:${ENCODED_PASSWORD}@127.0.0.1:99999/shop`,
      `host=localhost password=${PASSWORD} dbname=shop`,
      `postgres://app:${ENCODED_PASSWORD}@127.0.0.1:${refused}/shop?sslrootcert=/not/there`,
    ]) {
      const error = await failure(url);
      const cause = error.cause as Error | undefined;
      const shown = [
        error.message,
        error.hint,
        error.stack,
        cause?.message,
        cause?.stack,
        JSON.stringify(cause),
      ].join("\n");
      expect(shown).not.toContain(PASSWORD);
      expect(shown).not.toContain(ENCODED_PASSWORD);
    }
  });
});
