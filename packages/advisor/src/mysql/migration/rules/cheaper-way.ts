import { actionsOf, type ActionOf } from "../../../migration/actions-of.ts";
import type { CheckedStatement } from "../../../migration/migration-rule.ts";
import { tableText } from "../../../migration/rule-objects.ts";
import type { SafeStep } from "../../../migration/runner.ts";
import { withRung } from "../alter-ladder.ts";
import { quoteIdent } from "../../quote-ident.ts";
import { valuesOf, varcharOf } from "./type-steps.ts";

/** A form of a change that the server takes without a copy. */
export interface CheaperWay {
  readonly advice: string;
  /** Written out; none where it is another change. */
  readonly steps: readonly SafeStep[];
}

/** The form that a statement has, where there is one that copies nothing; else `null`. */
export function cheaperWay(statement: CheckedStatement): CheaperWay | null {
  return (
    appended(statement) ??
    unchecked(statement) ??
    filledLater(statement) ??
    computedOnRead(statement) ??
    newPrimaryKey(statement) ??
    shorter(statement)
  );
}

/** Values of ENUM and SET behind those that there are. */
function appended(statement: CheckedStatement): CheaperWay | null {
  const [action] = actionsOf(statement, "set-column-type");
  const before = action === undefined ? null : valuesOf(oldType(statement, action) ?? "");
  const after = action === undefined ? null : valuesOf(action.type);
  if (action === undefined || before === null || after === null) return null;
  const added = after.filter((value) => !before.includes(value));
  if (added.length === 0 || !before.every((value) => after.includes(value))) return null;
  const { sql } = statement.statement;
  const list = /\((?<list>[\s\S]*)\)/.exec(action.type)?.groups?.["list"] ?? "";
  const at = sql.indexOf(list);
  if (list === "" || at === -1) return null;
  const text = `${sql.slice(0, at)}${[...before, ...added].join(", ")}${sql.slice(at + list.length)}`;
  const instant = withRung(text, { algorithm: "INSTANT", lock: null });
  return {
    advice:
      "Put new values behind those that there are: then only the definition changes. Where their order matters, ORDER BY FIELD(...) " +
      "has it too.",
    steps: instant === null ? [] : [step(`append to ${action.column}`, [`${instant.trim()};`])],
  };
}

/** A foreign key whose rows are not looked at. */
function unchecked(statement: CheckedStatement): CheaperWay | null {
  const keys = actionsOf(statement, "add-constraint");
  const [first] = keys;
  const foreignKey = first?.constraint.foreignKey ?? null;
  if (first === undefined || foreignKey === null || keys.length !== statement.actions.length)
    return null;
  const online = withRung(statement.statement.sql, { algorithm: "INPLACE", lock: "NONE" });
  if (online === null) return null;
  const { columns, references } = foreignKey;
  return {
    advice:
      `With foreign_key_checks = 0 the server takes the key in place, and looks at no row. Make sure by a query that each ` +
      `${columns.join(", ")} of ${tableText(first.table)} is in ${tableText(references)}, before and after: rows that are not ` +
      "stay, and nobody is told.",
    steps: [
      step(`add ${first.constraint.name ?? `key of ${columns.join(" ")}`}`, [
        "SET SESSION foreign_key_checks = 0;",
        `${online.trim()};`,
        "SET SESSION foreign_key_checks = 1;",
      ]),
    ],
  };
}

/** A new column whose default is computed: new rows have it at once, old ones are filled by a job. */
function filledLater(statement: CheckedStatement): CheaperWay | null {
  const [added] = actionsOf(statement, "add-column");
  if (added === undefined || statement.actions.length !== 1) return null;
  const { column, constraints, table } = added;
  if (column.default === null || constraints.length > 0 || column.generated !== null) return null;
  if (column.fill === "constant" || column.fill === "none") return null;
  const alter = `ALTER TABLE ${[table.schema, table.name].filter(Boolean).map(quoteIdent).join(".")}`;
  const name = quoteIdent(column.name);
  return {
    advice:
      "Add the column without the default, and then the default, which is for new rows: both change only the definition. Fill the " +
      `rows that are there in batches${column.notNull ? ", then make the column NOT NULL" : ""}.`,
    steps: [
      step(`add ${column.name}`, [
        `${alter} ADD COLUMN ${name} ${column.type} NULL, ALGORITHM=INSTANT;`,
      ]),
      step(`set default of ${column.name}`, [
        `${alter} ALTER COLUMN ${name} SET DEFAULT ${column.default}, ALGORITHM=INSTANT;`,
      ]),
    ],
  };
}

function computedOnRead(statement: CheckedStatement): CheaperWay | null {
  const stored = actionsOf(statement, "add-column").some(
    ({ column }) => column.generated === "stored",
  );
  if (!stored) return null;
  return {
    advice:
      "Make the column VIRTUAL, which changes only the definition, and give it an index where queries look for it: that is built in " +
      "place, while others write.",
    steps: [],
  };
}

function newPrimaryKey(statement: CheckedStatement): CheaperWay | null {
  const drops = actionsOf(statement, "drop-constraint").some(({ name }) => name === "PRIMARY");
  if (!drops) return null;
  return {
    advice:
      "Drop the primary key and add the new one in one statement: the server then writes the table anew in place, while others write.",
    steps: [],
  };
}

/** VARCHAR that would go beyond 255 bytes. */
function shorter(statement: CheckedStatement): CheaperWay | null {
  for (const action of actionsOf(statement, "set-column-type")) {
    const before = varcharOf(oldType(statement, action) ?? "");
    const after = varcharOf(action.type);
    if (before === null || after === null || before.length > before.most) continue;
    if (after.length <= after.most) continue;
    return {
      advice:
        `Up to ${after.most} characters, which are 255 bytes, only the definition changes; beyond that each row's length takes another ` +
        `byte. Where ${after.most} do not suffice, use gh-ost or pt-online-schema-change.`,
      steps: [],
    };
  }
  return null;
}

function oldType(
  { schema }: CheckedStatement,
  { table, column }: ActionOf<"set-column-type">,
): string | null {
  return schema.table(table)?.columns.find(({ name }) => name === column)?.type ?? null;
}

function step(title: string, up: readonly string[]): SafeStep {
  return { title, up, down: [], outsideTransaction: false };
}
