import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

/** Sessions whose statements the server logs with their durations. */
export interface LoggedSession {
  readonly client: pg.Client;
  /** Writes what the server logged so far as a file with the default prefix; the file's name. */
  write(): string;
  close(): Promise<void>;
}

/** Opens a session that is sent its own part of the server's log, word for word. */
export async function logStatements(url: string): Promise<LoggedSession> {
  const folder = mkdtempSync(join(tmpdir(), "dbadvise-log-"));
  const client = new pg.Client({ connectionString: url });
  const lines: string[] = [];
  let second = 0;
  client.on("notice", ({ severity, message, detail }) => {
    if (severity !== "LOG") return;
    const time = new Date(Date.UTC(2026, 0, 1) + second++ * 1000).toISOString();
    const prefix = `${time.replace("T", " ").replace("Z", " UTC")} [4711] `;
    const continued = (text: string | undefined): string => (text ?? "").replaceAll("\n", "\n\t");
    lines.push(`${prefix}LOG:  ${continued(message)}`);
    if (detail !== undefined) lines.push(`${prefix}DETAIL:  ${continued(detail)}`);
  });
  await client.connect();
  await client.query("set log_min_duration_statement = 0");
  await client.query("set client_min_messages = log");
  return {
    client,
    write() {
      const file = join(folder, "postgresql.log");
      writeFileSync(file, `${lines.join("\n")}\n`);
      return file;
    },
    async close() {
      await client.end();
      rmSync(folder, { recursive: true });
    },
  };
}
