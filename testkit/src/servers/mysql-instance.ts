import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeDataDirectory } from "./data-directory.ts";
import type { Instance } from "./instance.ts";
import { MYSQL_FLAGS, SERVER_FLAGS } from "./mysql-settings.ts";
import type { Place } from "./place.ts";
import type { ServerProgram } from "./start-keeper.ts";

/** Makes a MySQL data directory whose superuser is `root`. */
export function makeMysqlInstance(program: ServerProgram, place: Place): Instance {
  const file = join(program.binaries, "mysqld");
  const data = makeDataDirectory(program, place, (directory) =>
    place.run(file, [
      "--no-defaults",
      "--initialize-insecure",
      `--datadir=${directory}`,
      "--innodb-flush-method=nosync",
    ]),
  );
  // It holds the server's identity, which a copy may not share. Without it the server makes a new one.
  place.run("rm", ["-f", join(data, "auto.cnf")]);
  return makeInstance("MySQL", file, data, MYSQL_FLAGS, program, place);
}

/** Makes a MariaDB data directory whose superuser is `root`. */
export function makeMariadbInstance(program: ServerProgram, place: Place): Instance {
  const installer = ["", "../bin", "../scripts"]
    .map((folder) => join(program.binaries, folder, "mariadb-install-db"))
    .find((path) => existsSync(path));
  if (installer === undefined)
    throw new Error(`There is no mariadb-install-db near ${program.binaries}`);
  const data = makeDataDirectory(program, place, (directory) =>
    place.run(installer, [
      "--no-defaults",
      `--datadir=${directory}`,
      // A server that starts removes what others keep in the same directory for temporary tables.
      `--tmpdir=${place.directory}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
      "--innodb-flush-method=nosync",
    ]),
  );
  return makeInstance("MariaDB", join(program.binaries, "mariadbd"), data, [], program, place);
}

function makeInstance(
  name: string,
  file: string,
  data: string,
  flags: readonly string[],
  program: ServerProgram,
  place: Place,
): Instance {
  const password = randomBytes(12).toString("hex");
  // Read at each start, one statement a line, and not replicated: a replica would have writes of its own. A client of 127.0.0.1 is not from localhost: names are not resolved.
  const accounts = place.writeFile(
    "accounts.sql",
    `set sql_log_bin = 0;
create user if not exists root@'%' identified by '${password}';
grant all privileges on *.* to root@'%' with grant option;
alter user root@localhost identified by '${password}';
drop user if exists root@'127.0.0.1', root@'::1';
`,
  );
  const version = /Ver (\S+)/.exec(place.run(file, ["--version"]))?.[1] ?? "of unknown version";
  return {
    version: `${name} ${version.replace(/-MariaDB.*/, "")}`,
    file,
    arguments: (port) => [
      "--no-defaults",
      ...SERVER_FLAGS,
      ...flags,
      `--datadir=${data}`,
      `--tmpdir=${place.directory}`,
      `--socket=${join(place.directory, "socket")}`,
      `--pid-file=${join(place.directory, "pid")}`,
      `--init-file=${accounts}`,
      "--bind-address=127.0.0.1",
      `--port=${port}`,
      ...Object.entries(program.settings ?? {}).map(([key, value]) => `--${key}=${value}`),
    ],
    ready: ": ready for connections",
    url: (port) => `mysql://root:${password}@127.0.0.1:${port}/`,
    // A clean shutdown would write what is removed next.
    stop: "SIGKILL",
    crash: "SIGKILL",
  };
}
