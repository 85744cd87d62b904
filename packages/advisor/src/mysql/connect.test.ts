import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DbadviseError } from "../dbadvise-error.ts";
import { connect } from "./connect.ts";

const servers: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];
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

async function failure(url: string): Promise<DbadviseError> {
  const outcome = await connect(url).then(
    async (session) => {
      await session.close();
      return null;
    },
    (error: unknown) => error,
  );
  if (!(outcome instanceof DbadviseError)) throw new Error(`no DbadviseError: ${String(outcome)}`);
  return outcome;
}

describe.each([
  { product: "MySQL", start: startMysql },
  { product: "MariaDB", start: startMariadb },
])("a session of $product", ({ product, start }) => {
  let database: TestDatabase;
  let owner: Connection;
  const account = `reader_${process.pid}`;

  beforeAll(async () => {
    database = await start();
    owner = await createConnection({ uri: database.url });
    await owner.query(
      "create table t (id int primary key, big bigint, money decimal(30,10), at datetime(6))",
    );
    await owner.query(
      "insert into t values (1, 9223372036854775807, 12345678901234567890.0123456789, '2024-02-29 23:59:59.123456')",
    );
    await owner.query(`create user '${account}'@'%' identified by 's3cret/word'`);
  });
  afterAll(async () => {
    await owner.query(`drop user '${account}'@'%'`);
    await owner.end();
    await database.close();
  });

  const changed = (change: (url: URL) => void): string => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };

  it("reads values without loss, and binds parameters", async () => {
    const session = await connect(database.url.replace("mysql:", "mariadb:"));
    try {
      expect(await session.query("select big, money, at from t where id = ?", [1])).toEqual([
        {
          big: "9223372036854775807",
          money: "12345678901234567890.0123456789",
          at: "2024-02-29 23:59:59.123456",
        },
      ]);
      const text = 'it\'s \\ a "text" ? ü';
      expect(await session.query("select ? as a, ? as b, ? as c", [text, null, 7])).toEqual([
        { a: text, b: null, c: "7" },
      ]);
      await session.query("set session sql_mode = 'NO_BACKSLASH_ESCAPES'");
      expect(await session.query("select ? as a", [text])).toEqual([{ a: text }]);
    } finally {
      await session.close();
    }
  });

  it.each([
    "insert into t (id) values (2)",
    "update t set big = 0",
    "delete from t",
    "create table u (a int)",
    "alter table t add index (big)",
    "drop table t",
    "truncate table t",
    "create user nobody_at_all",
    "grant select on *.* to nobody_at_all",
  ])("refuses: %s", async (sql) => {
    const session = await connect(database.url);
    try {
      await expect(session.query(sql)).rejects.toMatchObject({ errno: 1792 });
    } finally {
      await session.close();
    }
    expect((await owner.query("select big from t"))[0]).toHaveLength(1);
  });

  it("is limited by the server, and tells its name", async () => {
    const session = await connect(database.url);
    try {
      const limit = product === "MySQL" ? "max_execution_time" : "max_statement_time";
      const [row] = await session.query(
        `select @@session.${limit} as statement_time, @@session.lock_wait_timeout as lock_time, @@session.innodb_lock_wait_timeout as row_time,
          connection_id() as id`,
      );
      expect(row).toMatchObject({ lock_time: "2", row_time: "2" });
      expect(Number(row?.["statement_time"])).toBe(product === "MySQL" ? 60_000 : 60);
      const names = await session.query(
        "select attr_value as name from performance_schema.session_connect_attrs where processlist_id = ? and attr_name = 'program_name'",
        [Number(row?.["id"])],
      );
      // MariaDB keeps no attributes of connections by default.
      expect(names).toEqual(product === "MySQL" ? [{ name: "dbadvise" }] : []);
      await session.query(`set session ${limit} = ${product === "MySQL" ? 100 : 0.1}`);
      await expect(
        session.query(
          "select count(*) from information_schema.columns a, information_schema.columns b, information_schema.columns c",
        ),
      ).rejects.toMatchObject({ errno: product === "MySQL" ? 3024 : 1969 });
    } finally {
      await session.close();
    }
  });

  it("does not wait long behind a lock", async () => {
    const session = await connect(database.url);
    const blocker = await createConnection({ uri: database.url });
    try {
      await blocker.query("lock tables t write");
      await expect(session.query("select * from t")).rejects.toMatchObject({ errno: 1205 });
    } finally {
      await blocker.end();
      await session.close();
    }
  });

  it("explains what a connection fails by", async () => {
    const wrongPassword = await failure(changed((url) => (url.password = "wr0ng%2Fword")));
    expect(wrongPassword).toMatchObject({ code: "connection-failed" });
    expect(wrongPassword.message).toMatch(/does not accept user root with this password/);
    expect(wrongPassword.message + wrongPassword.hint).not.toMatch(/wr0ng/);
    const noPassword = await failure(changed((url) => (url.password = "")));
    expect(noPassword.message).toMatch(/asks for a password of user root/);
    const noDatabase = await failure(changed((url) => (url.pathname = "/nowhere")));
    expect(noDatabase.message).toMatch(/There is no database nowhere on 127\.0\.0\.1:\d+/);
    const unnamed = await failure(changed((url) => (url.pathname = "/")));
    expect(unnamed.message).toMatch(/names no database/);
    const denied = await failure(
      changed((url) => {
        url.username = account;
        url.password = encodeURIComponent("s3cret/word");
      }),
    );
    expect(denied.message).toMatch(/may not use database/);
    expect(denied.hint).toMatch(/GRANT SELECT, SHOW VIEW ON/);
  });

  it("encrypts where the server can, and says where it can't", async () => {
    const [[tls]] = (await owner.query("show global variables like 'have_ssl'")) as unknown as [
      { Value: string }[],
    ];
    const offered = product === "MySQL" || tls?.Value === "YES";
    const cipher = async (url: string): Promise<string> => {
      const session = await connect(url);
      try {
        const [row] = await session.query("show session status like 'Ssl_cipher'");
        return String(row?.["Value"]);
      } finally {
        await session.close();
      }
    };
    const asked = (mode: string): string => `${database.url}?ssl-mode=${mode}`;
    expect((await cipher(database.url)) !== "").toBe(offered);
    expect(await cipher(asked("DISABLED"))).toBe("");
    const outcomes: string[] = [];
    for (const parameter of [
      "ssl-mode=REQUIRED",
      "sslMode=required",
      'ssl={"rejectUnauthorized":false}',
      "ssl-mode=VERIFY_IDENTITY",
      'ssl={"rejectUnauthorized":true}',
    ]) {
      const outcome = await cipher(`${database.url}?${parameter}`).catch(
        (error: unknown) => (error as Error).message,
      );
      outcomes.push(
        /does not offer TLS/.test(outcome)
          ? "not offered"
          : /certificate .* can't be trusted/.test(outcome)
            ? "not trusted"
            : outcome === ""
              ? "plain"
              : "encrypted",
      );
    }
    expect(outcomes).toEqual(
      offered
        ? ["encrypted", "encrypted", "encrypted", "not trusted", "not trusted"]
        : Array(5).fill("not offered"),
    );
  });
});

describe("without a server of this kind", () => {
  it.each([
    ["mysql://u@127.0.0.1:1/db", /No server accepts connections at 127\.0\.0\.1:1/],
    ["mysql://u@no-such-host.invalid/db", /host name no-such-host\.invalid is unknown/],
    ["mysql://u@localhost/db?socket=/nowhere/mysql.sock", /no socket or file/],
    ["mysql://u:pw@localhost:99999/db", /malformed/],
    ["mysql://u:pw@localhost/db?ssl-mode=sometimes", /malformed/],
    ["mysql://u:pw@127.0.0.1:1/db?ssl-ca=/nowhere/ca.pem", /no socket or file/],
  ])("%s", async (url, message) => {
    const error = await failure(url);
    expect(error.code).toBe("connection-failed");
    expect(error.message).toMatch(message);
    expect(error.hint).not.toBe("");
  });

  it("tells a service that speaks otherwise, and one that says nothing", async () => {
    const http = await listen((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    expect((await failure(`mysql://u:pw@127.0.0.1:${http}/db`)).message).toMatch(
      /does not speak|broke the connection off/,
    );
    const silent = await listen(() => {});
    expect(
      (await failure(`mysql://u:pw@127.0.0.1:${silent}/db?connect-timeout=0.2`)).message,
    ).toMatch(/in time/);
    const closing = await listen((socket) => socket.destroy());
    expect((await failure(`mysql://u:pw@127.0.0.1:${closing}/db`)).message).toMatch(
      /broke the connection off/,
    );
  });
});
