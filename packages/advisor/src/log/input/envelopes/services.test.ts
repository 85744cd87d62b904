import { describe, expect, test } from "vitest";
import { unwrap, unwrapAs } from "./testing/unwrap.ts";

// Written by hand after what each service documents: none of them can be had here.

const PG = "2026-11-22 10:04:54.282 UTC";

describe("Heroku", () => {
  const head = "2026-11-22T10:04:54.000000+00:00 app[postgres.13761]: [DATABASE]";

  test("chunks are one record again, with time and process of the line", () => {
    const { format, text, unreadLines } = unwrap(
      [
        "2026-11-22T10:04:53.9+00:00 heroku[router]: at=info method=GET path=/ status=200",
        `${head} [7-1]  sql_error_code = 00000 LOG:  duration: 4822.012 ms  statement: BEGIN READ ONLY;`,
        "2026-11-22T10:04:54.1+00:00 app[web.1]: Started GET /",
        `${head} [7-2] \tSELECT column`,
        `2026-11-22T10:04:54.000000+00:00 app[postgres.99]: [DATABASE] [3-1]  sql_error_code = 55P03 ERROR:  could not obtain lock`,
        `${head} [7-3]   FROM t`,
        `2026-11-22T10:04:54.000000+00:00 app[postgres.99]: [DATABASE] [3-2]  sql_error_code = 55P03 STATEMENT:  SELECT 1`,
        "2026-11-22T10:05:54+00:00 app[heroku-postgres]: source=DATABASE sample#db_size=1bytes",
        "",
      ].join("\n"),
    );
    expect(format).toMatchObject({
      name: "stderr",
      envelope: { name: "heroku", stamped: true, inner: null },
    });
    const stamp = "2026-11-22 10:04:54.000 UTC";
    expect(text.split("\n").toSorted()).toEqual(
      [
        "",
        `${stamp} [13761]  sql_error_code = 00000 LOG:  duration: 4822.012 ms  statement: BEGIN READ ONLY;`,
        "\tSELECT column",
        "\t  FROM t",
        `${stamp} [99]  sql_error_code = 55P03 ERROR:  could not obtain lock`,
        `${stamp} [99]  sql_error_code = 55P03 STATEMENT:  SELECT 1`,
      ].toSorted(),
    );
    expect(text).toContain("READ ONLY;\n\tSELECT column\n\t  FROM t\n");
    expect(unreadLines).toBe(0);
  });

  test("a drain's lines", () => {
    const { format, text } = unwrap(
      [
        "290 <134>1 2026-11-22T10:04:54+00:00 host app postgres.1127530 - [GREEN] [14-1]  sql_error_code = 00000 LOG:  duration: 2688.600 ms  execute <unnamed>: SELECT 1",
        "290 <134>1 2026-11-22T10:04:54+00:00 host heroku router - at=info",
      ].join("\n"),
    );
    expect(format.envelope?.name).toBe("heroku");
    expect(text).toBe(
      "2026-11-22 10:04:54.000 UTC [1127530]  sql_error_code = 00000 LOG:  duration: 2688.600 ms  execute <unnamed>: SELECT 1\n",
    );
  });
});

describe("CloudWatch", () => {
  const rds = "2026-11-22 10:04:54 UTC:10.0.0.1(52800):app@shop:[4711]:";
  const events = [
    `${rds}LOG:  duration: 12.5 ms  statement: select\n\ta\n  from t\n`,
    `${rds}DETAIL:  parameters: $1 = 'LOG:  x'`,
    `${rds}LOG:  duration: 0.5 ms  statement: select 1`,
  ];
  const log = [
    `${rds}LOG:  duration: 12.5 ms  statement: select`,
    "\ta",
    "\t  from t",
    `${rds}DETAIL:  parameters: $1 = 'LOG:  x'`,
    `${rds}LOG:  duration: 0.5 ms  statement: select 1`,
    "",
  ].join("\n");

  test.each([
    ["an export", events.map((event) => `2026-11-22T10:04:54.000Z ${event}`).join("\n")],
    [
      "aws logs tail",
      events.map((event) => `2026-11-22T10:04:54.282000+00:00 db-1.0 ${event}`).join("\n"),
    ],
    [
      "aws logs tail --format short",
      events.map((event) => `2026-11-22T10:04:54 ${event}`).join("\n"),
    ],
    [
      "aws logs filter-log-events",
      JSON.stringify(
        {
          events: events.map((message, index) => ({
            logStreamName: "db-1.0",
            timestamp: 1_795_341_894_282 + index,
            message,
            ingestionTime: 1_795_341_895_000,
            eventId: `${index}`,
          })),
          searchedLogStreams: [],
        },
        null,
        4,
      ),
    ],
    [
      "a subscription",
      JSON.stringify({
        messageType: "DATA_MESSAGE",
        logGroup: "/aws/rds/instance/db-1/postgresql",
        logEvents: events.map((message, index) => ({ id: `${index}`, timestamp: 1, message })),
      }),
    ],
  ])("%s", (_, wrapped) => {
    for (const size of [1, 7, 100_000]) {
      const { format, text, unreadLines } = unwrap(`${wrapped}\n`, size);
      expect(format).toMatchObject({
        name: "stderr",
        envelope: { name: "cloudwatch", stamped: false, inner: null },
      });
      expect(text).toBe(log);
      expect(unreadLines).toBe(0);
    }
  });

  test("events of a slow log keep their lines as they are", () => {
    const record = (n: number): string =>
      `# Time: 2026-11-22T10:04:54.282003Z\n# User@Host: app[app] @  [10.0.0.1]  Id: ${n}\n# Query_time: 1.5  Lock_time: 0.0 Rows_sent: 1  Rows_examined: 9\nSET timestamp=1795341894;\nselect\n  ${n};\n`;
    const { format, text } = unwrap(
      [1, 2, 3].map((n) => `2026-11-22T10:04:54.000Z ${record(n)}`).join(""),
    );
    expect(format).toMatchObject({ name: "mysql-slow", envelope: { name: "cloudwatch" } });
    expect(text).toBe([1, 2, 3].map(record).join(""));
  });

  test("a general log that has such times is no export", () => {
    const general = "2026-11-22T10:04:54.282003Z\t   10 Query\tselect 1\n".repeat(3);
    expect(() => unwrap(general)).toThrow("in no envelope");
  });
});

function entry(textPayload: string, more: object = {}): object {
  return {
    textPayload,
    insertId: "2#1#2",
    resource: { type: "cloudsql_database", labels: { database_id: "p:db", region: "us-central" } },
    timestamp: "2026-11-22T10:04:54.282003Z",
    severity: "INFO",
    labels: { INSTANCE_UID: "1-a" },
    logName: "projects/p/logs/cloudsql.googleapis.com%2Fpostgres.log",
    receiveTimestamp: "2026-11-22T10:04:55.282003Z",
    ...more,
  };
}

describe("Cloud SQL and AlloyDB", () => {
  const line = (n: number): string => `${PG} [${n}]: [3-1] db=shop,user=app LOG:  `;
  const entries = [
    entry(`${line(1)}duration: 1 ms  statement: select\n  a,\n\tb -- "{"`),
    entry("", { textPayload: undefined, protoPayload: { methodName: "cloudsql.instances.query" } }),
    entry(`${line(2)}duration: 2 ms  statement: select 1`),
    // Some servers send each line for itself.
    entry("from t"),
  ];
  const log = `${line(1)}duration: 1 ms  statement: select\n\t  a,\n\tb -- "{"\n${line(2)}duration: 2 ms  statement: select 1\n\tfrom t\n`;

  test.each([
    ["lines", entries.map((one) => JSON.stringify(one)).join("\n")],
    ["a list, as gcloud prints it", JSON.stringify(entries, null, 2)],
    ["a list in one line", JSON.stringify(entries)],
    ["objects one after the other", entries.map((one) => JSON.stringify(one, null, 2)).join("\n")],
    ["with Windows' line breaks", JSON.stringify(entries, null, 2).replaceAll("\n", "\r\n")],
  ])("%s", (_, wrapped) => {
    for (const size of [1, 100, 100_000]) {
      const { format, text, unreadLines } = unwrap(wrapped, size);
      expect(format).toMatchObject({
        name: "stderr",
        envelope: { name: "cloud-sql", stamped: false },
      });
      expect(text).toBe(log);
      expect(unreadLines).toBe(0);
    }
  });

  test("a text that was cut into several entries", () => {
    const parts = [`${line(1)}duration: 1 ms  statement: sel`, "ect 1, '", "x'"];
    const wrapped = parts
      .map((text, index) => entry(text, { split: { uid: "u", index, totalSplits: 3 } }))
      .map((one) => JSON.stringify(one));
    expect(unwrap([...wrapped, JSON.stringify(entry(`${line(2)}x`))].join("\n")).text).toBe(
      `${line(1)}duration: 1 ms  statement: select 1, 'x'\n${line(2)}x\n`,
    );
  });

  test.each(["lines", "a list"])("damage in %s costs its entry alone", (kind) => {
    const whole = [1, 2, 3, 4].map((n) =>
      entry(`${line(n)}duration: 1 ms  statement: select ${n}`),
    );
    const wrapped =
      kind === "lines"
        ? whole.map((one) => JSON.stringify(one)).join("\n")
        : JSON.stringify(whole, null, 2);
    const at = wrapped.indexOf("select 2");
    const damaged = `${wrapped.slice(0, at)}\n${wrapped.slice(at + 60)}`;
    const { text, unreadLines, unreadBytes } = unwrap(damaged);
    expect(text.match(/select \d/g)).toEqual(["select 1", "select 3", "select 4"]);
    expect(unreadLines).toBeGreaterThan(0);
    expect(unreadBytes).toBeGreaterThan(50);
  });
});

describe("Azure", () => {
  const around = {
    time: "2026-11-22T10:04:54.830Z",
    resourceId: "/SUBSCRIPTIONS/0/PROVIDERS/MICROSOFT.DBFORPOSTGRESQL/FLEXIBLESERVERS/DB",
    location: "eastus",
    category: "PostgreSQLLogs",
    operationName: "LogEvent",
  };
  const flexible = {
    ...around,
    properties: {
      timestamp: PG,
      processId: 2030,
      errorLevel: "LOG",
      sqlerrcode: "00000",
      message: `${PG} [2030] [user=app,db=shop,app=x] LOG:  duration: 0.053 ms  bind <unnamed>: UPDATE t\nSET a = $1`,
      detail: "parameters: $1 = '4234'",
    },
  };
  const sessions = { ...around, category: "PostgreSQLFlexSessions", properties: { pid: 1 } };
  const log = `${PG} [2030] [user=app,db=shop,app=x] LOG:  duration: 0.053 ms  bind <unnamed>: UPDATE t\n\tSET a = $1\n${PG} [2030] [user=app,db=shop,app=x] DETAIL:  parameters: $1 = '4234'\n`;

  test.each([
    ["a storage account", `${JSON.stringify(flexible)}\n${JSON.stringify(sessions)}\n`],
    ["an event hub", JSON.stringify({ records: [sessions, flexible] })],
  ])("flexible server, from %s", (_, wrapped) => {
    const { format, text, unreadLines } = unwrap(wrapped, 100);
    expect(format).toMatchObject({ name: "stderr", envelope: { name: "azure", stamped: false } });
    expect(text).toBe(log);
    expect(unreadLines).toBe(0);
  });

  test("single server, with the prefix apart", () => {
    const { text } = unwrap(
      JSON.stringify({
        ...around,
        properties: {
          prefix: "2026-11-22 10:04:54 UTC-63fd3b04.cfc-",
          message: "duration: 0.000 ms  bind <unnamed>: UPDATE t SET a = $1",
          detail: "parameters: $1 = '353'",
          errorLevel: "LOG",
        },
      }),
    );
    const prefix = "2026-11-22 10:04:54 UTC-63fd3b04.cfc-";
    expect(text).toBe(
      `${prefix}LOG:  duration: 0.000 ms  bind <unnamed>: UPDATE t SET a = $1\n${prefix}DETAIL:  parameters: $1 = '353'\n`,
    );
  });
});

describe("CloudNativePG", () => {
  const record = (message: string, more: object = {}): string =>
    JSON.stringify({
      level: "info",
      ts: 1_795_341_894.282,
      logger: "postgres",
      msg: "record",
      logging_pod: "cluster-1",
      record: {
        log_time: PG,
        user_name: "app",
        database_name: "shop",
        process_id: "25",
        connection_from: "[local]",
        session_id: "608be681.19",
        session_line_num: "1",
        command_tag: "SELECT",
        session_start_time: "2026-11-22 10:04:53 UTC",
        virtual_transaction_id: "3/4",
        transaction_id: "0",
        error_severity: "LOG",
        sql_state_code: "00000",
        message,
        detail: "",
        hint: "",
        query: "",
        application_name: "psql",
        backend_type: "client backend",
        query_id: "-4711471147114711471",
        ...more,
      },
    });
  const lines = [
    `{"level":"info","ts":"2026-11-22T10:04:53Z","msg":"Starting the manager"}`,
    record("duration: 1 ms  statement: select\n 'ü'"),
    `{"level":"info","logger":"pgaudit","msg":"record","record":{"log_time":"x","audit":{}}}`,
    record('relation "x" does not exist', {
      error_severity: "ERROR",
      sql_state_code: "42P01",
      query: "select x",
      query_id: "",
    }),
  ];
  const expected = [
    '{"timestamp":"2026-11-22 10:04:54.282 UTC","pid":25,"user":"app","dbname":"shop","session_id":"608be681.19","ps":"SELECT","error_severity":"LOG","state_code":"00000","message":"duration: 1 ms  statement: select\\n \'ü\'","application_name":"psql","backend_type":"client backend","query_id":-4711471147114711471}',
    '{"timestamp":"2026-11-22 10:04:54.282 UTC","pid":25,"user":"app","dbname":"shop","session_id":"608be681.19","ps":"SELECT","error_severity":"ERROR","state_code":"42P01","message":"relation \\"x\\" does not exist","statement":"select x","application_name":"psql","backend_type":"client backend"}',
    "",
  ].join("\n");

  test("records become lines of jsonlog", () => {
    const { format, text, unreadLines } = unwrap(`${lines.join("\n")}\n`, 50);
    expect(format).toEqual({
      name: "jsonlog",
      envelope: { name: "cloudnativepg", stamped: false, inner: null },
      prefixes: [],
    });
    expect(text).toBe(expected);
    expect(unreadLines).toBe(0);
  });

  test.each([
    ["cri", (line: string) => `2026-11-22T10:04:54.282003123Z stdout F ${line}`],
    ["docker", (line: string) => JSON.stringify({ log: `${line}\n`, stream: "stdout", time: "x" })],
  ] as const)("inside of %s", (name, wrap) => {
    const wrapped = `${lines.map(wrap).join("\n")}\n`;
    for (const size of [1, 100_000]) {
      const { format, text } = unwrap(wrapped, size);
      expect(format.envelope).toEqual({
        name,
        stamped: false,
        inner: { name: "cloudnativepg", stamped: false, inner: null },
      });
      expect(text).toBe(expected);
    }
  });
});

test("an entry without an end does not fill the memory", () => {
  const wrapped = JSON.stringify([entry(`${PG} [1] LOG:  x`)], null, 2);
  const { format } = unwrap(wrapped);
  const endless = `  {\n${'    "textPayload": "x",\n'.repeat(500_000)}`;
  const { text, unreadBytes } = unwrapAs(
    format,
    Buffer.from(`[\n${endless}${wrapped.slice(2)}`),
    1 << 20,
  );
  expect(unreadBytes).toBeGreaterThanOrEqual(endless.length);
  expect(text).toBe(`${PG} [1] LOG:  x\n`);
});
