import { DbadviseError } from "../../../dbadvise-error.ts";
import type { SchemaAction } from "../../../migration/schema-action.ts";
import { quoteIdent } from "../../quote-ident.ts";
import { readTokens } from "../describe/token-reader.ts";
import type { TrialServer } from "./trial-server.ts";

/** Keeps a trial's statements away from what was on the server before, and takes away what they made beside its database. */
export interface OwnDatabases {
  /** To be called before a statement runs. Throws `trial-failed` for one about a database that is not the trial's. */
  guard(sql: string, actions: readonly SchemaAction[]): void;
  /** Drops them all. */
  drop(): Promise<void>;
}

export async function ownDatabases({ query }: TrialServer, own: string): Promise<OwnDatabases> {
  const rows = await query("SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA");
  const foreign = new Set(rows.map(({ name }) => String(name).toLowerCase()));
  foreign.delete(own.toLowerCase());
  const made = new Set([own]);
  return {
    guard(sql, actions) {
      const created = createdDatabase(sql);
      const named = [created?.name, ...actions.flatMap(databasesOf)].find(
        (name) => name !== undefined && foreign.has(name.toLowerCase()),
      );
      if (named !== undefined)
        throw new DbadviseError(
          "trial-failed",
          `it is about the database ${named}, which was on the trial's server before: nothing there is touched`,
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
