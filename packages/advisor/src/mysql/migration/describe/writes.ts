import type { DescribedStatement } from "../../../migration/schema-action.ts";
import type { TokenReader } from "./token-reader.ts";

/** INSERT, REPLACE, UPDATE, DELETE, also behind WITH. Of anything else only its first word is told. */
export function describeWrites(reader: TokenReader, schema: string): DescribedStatement {
  const command = leadingCommand(reader);
  if (command === null)
    return { kind: "actions", actions: [{ kind: "other", command: reader.any()?.value ?? "" }] };
  while (reader.takesOne("LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "QUICK", "IGNORE") !== null);
  reader.takesOne("INTO", "FROM");
  const table = reader.table(schema);
  const kind = { INSERT: "insert", REPLACE: "insert", UPDATE: "update", DELETE: "delete" } as const;
  return {
    kind: "actions",
    actions: [
      { kind: "write-rows", table, command: kind[command], filtered: hasCondition(reader) },
    ],
  };
}

type Command = "INSERT" | "REPLACE" | "UPDATE" | "DELETE";

function leadingCommand(reader: TokenReader): Command | null {
  if (reader.takes("WITH")) {
    while (!reader.done && !["SELECT", "UPDATE", "DELETE"].some((word) => reader.sees(word)))
      if (reader.parentheses() === null) reader.any();
  }
  const command = reader.takesOne("INSERT", "REPLACE", "UPDATE", "DELETE");
  return command as Command | null;
}

/** WHERE or LIMIT outside parentheses. */
function hasCondition(reader: TokenReader): boolean {
  while (!reader.done) {
    if (reader.takesOne("WHERE", "LIMIT") !== null) return true;
    if (reader.parentheses() === null) reader.any();
  }
  return false;
}
