import { type AlterTableCmd, type Constraint, type Node, parseSync } from "libpg-query";
import { deparseSync } from "pgsql-deparser";

/**
 * An ALTER TABLE with its clauses edited or, where `edit` gives `null`, left out. `null` where nothing stays, or where the text
 * is not one ALTER TABLE that can be written again.
 */
export function editAlterTable(
  sql: string,
  edit: (clause: AlterTableCmd) => AlterTableCmd | null,
): string | null {
  try {
    const [only, ...more] = parseSync(sql).stmts ?? [];
    const tree = only?.stmt;
    if (tree === undefined || more.length > 0 || !("AlterTableStmt" in tree)) return null;
    const cmds = (tree.AlterTableStmt.cmds ?? []).flatMap((node): readonly Node[] => {
      if (!("AlterTableCmd" in node)) return [node];
      const edited = edit(node.AlterTableCmd);
      return edited === null ? [] : [{ AlterTableCmd: edited }];
    });
    if (cmds.length === 0) return null;
    const text = deparseSync(
      { AlterTableStmt: { ...tree.AlterTableStmt, cmds } },
      { pretty: false },
    );
    return text.replaceAll(/\s*\n\s*/g, " ").replace(/;?\s*$/, ";");
  } catch {
    // The deparser knows fewer constructs than the parser, and the parser fewer than newer servers.
    return null;
  }
}

/** The constraint that a clause adds to the table; `null` for other clauses. */
export function constraintOf({ subtype, def }: AlterTableCmd): Constraint | null {
  if (subtype !== "AT_AddConstraint" || def === undefined) return null;
  return "Constraint" in def ? def.Constraint : null;
}
