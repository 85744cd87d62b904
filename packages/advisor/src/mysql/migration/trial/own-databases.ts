import { DbadviseError } from "../../../dbadvise-error.ts";
import type { SchemaAction } from "../../../migration/schema-action.ts";
import { quoteIdent } from "../../quote-ident.ts";
import { readTokens } from "../describe/token-reader.ts";
import type { TrialServer } from "./trial-server.ts";

/** Keeps a trial's statements away from what was on the server before, and takes away what they made beside its database. */
export interface OwnDatabases {
  /** To be called before a statement runs. Rejects with `trial-failed` for one about a database that is not the trial's. */
  guard(sql: string, actions: readonly SchemaAction[]): Promise<void>;
  /** Drops them all. */
  drop(): Promise<void>;
}

export function ownDatabases({ query }: TrialServer, own: string): OwnDatabases {
  const made = new Set([own]);
  /** Names are asked for each time: others may make databases too. */
  const isForeign = async (name: string): Promise<boolean> => {
    if (name === "" || made.has(name)) return false;
    const rows = await query("SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?", [
      name,
    ]);
    return rows.length > 0;
  };
  return {
    async guard(sql, actions) {
      const created = createdDatabase(sql);
      const named = new Set([
        ...(created === undefined ? [] : [created.name]),
        ...actions.flatMap(databasesOf),
      ]);
      for (const name of named)
        if (await isForeign(name))
          throw new DbadviseError(
            "trial-failed",
            `it is about the database ${name}, which is not the trial's: nothing there is touched`,
            "Give --trial-url a server that holds nothing else.",
          );
      if (created?.command === "CREATE") made.add(created.name);
    },
    async drop() {
      for (const name of made) await query(`DROP DATABASE IF EXISTS ${quoteIdent(name)}`);
    },
  };
}

/** CREATE, ALTER or DROP of a database. */
function createdDatabase(
  sql: string,
): { readonly command: string; readonly name: string } | undefined {
  const reader = readTokens(sql);
  const command = reader.takesOne("CREATE", "ALTER", "DROP");
  reader.takes("OR", "REPLACE");
  if (command === null || reader.takesOne("DATABASE", "SCHEMA") === null) return undefined;
  reader.takes("IF");
  reader.takes("NOT");
  reader.takes("EXISTS");
  const name = reader.name();
  return name === null ? undefined : { command, name };
}

function databasesOf(action: SchemaAction): readonly string[] {
  if (action.kind === "set-schema") return action.schema === null ? [] : [action.schema];
  if (action.kind === "create-index") return [action.index.table.schema];
  if (action.kind === "rename-table") return [action.table.schema, action.to.schema];
  const table = "table" in action ? action.table : undefined;
  return table == null ? [] : [table.schema];
}
