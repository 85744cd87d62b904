import type { Connection } from "mysql2/promise";
import { DbadviseError, redactUrl } from "../../dbadvise-error.ts";
import { openConnection } from "../connect.ts";
import { readTarget } from "../connection-options.ts";
import { messageOf } from "./load-tables.ts";
import { type ScratchServer, scratchServer } from "./scratch-server.ts";

/** Connects to a server that is given for scratch. Throws `DbadviseError` `planner-failed`. */
export async function openServerAt(url: string): Promise<ScratchServer> {
  const target = readTarget(url);
  if (target === null) {
    throw new DbadviseError(
      "planner-failed",
      `"${redactUrl(url)}" is not a connection string of a scratch server.`,
      "Write it as mysql://user:password@host:3306/ or mariadb://user:password@host:3306/.",
    );
  }
  let connection: Connection;
  try {
    connection = await openConnection({ ...target, database: "" });
  } catch (error) {
    throw new DbadviseError(
      "planner-failed",
      `The scratch server ${redactUrl(url)} can't be reached: ${messageOf(error)}.`,
      "Check that it runs, and that the account may connect from here.",
      { cause: error },
    );
  }
  return scratchServer(connection, false, async () => undefined);
}
