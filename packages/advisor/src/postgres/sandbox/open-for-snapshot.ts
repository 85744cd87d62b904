import { loadModule } from "libpg-query";
import type { Snapshot } from "../../catalog/snapshot.ts";
import { DbadviseError } from "../../dbadvise-error.ts";
import { ordersByBytes } from "./planner-settings.ts";
import { reasonOf } from "./restoration.ts";
import { openSandboxDatabase, type SandboxDatabase } from "./sandbox-database.ts";

/**
 * Boots an empty database that orders text as the snapshot's does, with its extensions and `further` ones at hand, and gives
 * it to `use`, whose it then is. Where that fails, the database is closed and `DbadviseError` `planner-failed` is thrown.
 */
export async function openForSnapshot<Result>(
  snapshot: Snapshot,
  further: readonly string[],
  use: (database: SandboxDatabase) => Promise<Result>,
): Promise<Result> {
  let database: SandboxDatabase | undefined;
  try {
    // Texts are scanned before the first one is parsed.
    await loadModule();
    const extensions = snapshot.prelude
      .filter((one) => one.kind === "extension")
      .map((one) => unquoted(one.name));
    database = await openSandboxDatabase(ordersByBytes(snapshot) ? "bytes" : "language", [
      ...extensions,
      ...further,
    ]);
    return await use(database);
  } catch (error) {
    await database?.close().catch(() => undefined);
    throw new DbadviseError(
      "planner-failed",
      `The embedded PostgreSQL can't be set up: ${reasonOf(error)}.`,
      "Please report this with the message above and, if you can share it, the snapshot (`--no-values` leaves data out).",
      { cause: error },
    );
  }
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
