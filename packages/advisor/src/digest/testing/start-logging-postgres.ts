import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { silentClient } from "./postgres-run.ts";
import type { StartServer } from "./start-server.ts";

/** Of its stderr log: time, process, session, SQLSTATE, user, database and application. */
export const LOG_LINE_PREFIX = "%m [%p] %c %e %q%u@%d/%a ";

/** Files of one run's log. */
export interface LoggedRun {
  readonly stderr: string;
  readonly csvlog: string;
  readonly jsonlog: string;
}

/** A server that writes what it is asked into files, in all its formats at once. */
export interface LoggingPostgres {
  readonly url: string;
  /** Runs with the settings, into files of its own. */
  log(
    name: string,
    settings: Readonly<Record<string, string>>,
    run: () => Promise<unknown>,
  ): Promise<LoggedRun>;
  close(): Promise<void>;
}

export async function startLoggingPostgres(start: StartServer): Promise<LoggingPostgres> {
  const server = await start("postgres", {
    logging_collector: "on",
    log_destination: "stderr,csvlog,jsonlog",
    log_line_prefix: LOG_LINE_PREFIX,
    log_rotation_age: "0",
    log_rotation_size: "0",
    session_preload_libraries: "auto_explain",
  });
  const folder = join(server.data, "log");
  return {
    url: server.url,
    close: server.close,
    async log(name, settings, run) {
      const silent = await silentClient(server.url);
      try {
        await silent.query("alter system reset all");
        for (const [setting, value] of Object.entries({ ...settings, log_filename: `${name}.log` }))
          await silent.query(`alter system set ${setting} = ${pg.escapeLiteral(value)}`);
        await silent.query("select pg_reload_conf()");
        await until(
          async () => (await currentSetting(server.url, "log_filename")) === `${name}.log`,
        );
        await silent.query("select pg_rotate_logfile()");
        const files = {
          stderr: join(folder, `${name}.log`),
          csvlog: join(folder, `${name}.csv`),
          jsonlog: join(folder, `${name}.json`),
        };
        await until(() => Object.values(files).every((file) => existsSync(file)));
        await run();
        // The collector writes when it gets to it.
        const end = `end of ${name}`;
        await silent.query(`do $$ begin raise log '${end}'; end $$`);
        await until(() =>
          Object.values(files).every((file) => readFileSync(file, "utf8").includes(end)),
        );
        return files;
      } finally {
        await silent.end();
      }
    },
  };
}

/** In a new session: the server gives those the settings that it has by now. */
async function currentSetting(url: string, name: string): Promise<unknown> {
  const client = await silentClient(url);
  try {
    const { rows } = await client.query<{ value: string }>("select current_setting($1) as value", [
      name,
    ]);
    return rows[0]?.value;
  } finally {
    await client.end();
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(20);
}
