import type { ForeignKey, Table, TableName } from "../../catalog/catalog.ts";
import { quoteIdent } from "../quote-ident.ts";

export interface PrintedConstraints {
  readonly foreignKeys: readonly ForeignKey[];
  readonly checks: Table["checks"];
}

const NAME = "`(?:[^`]|``)*`";
const LIST = String.raw`\(${NAME}(?:,\s*${NAME})*\)`;
const RULE = "(?:RESTRICT|CASCADE|SET NULL|SET DEFAULT|NO ACTION)";
const FOREIGN_KEY = new RegExp(
  String.raw`^ {2}CONSTRAINT (${NAME}) FOREIGN KEY (${LIST}) REFERENCES (?:(${NAME})\.)?(${NAME}) (${LIST})(?: ON DELETE (${RULE}))?(?: ON UPDATE (${RULE}))?,?$`,
);
const CHECK = new RegExp(String.raw`^ {2}CONSTRAINT (${NAME}) (CHECK \(.*?\))( /\*.*\*/)?,?$`);

/**
 * Constraints by the lines of a table's statement, which every account that may read the table sees: MariaDB's information_schema
 * shows them to those only who may do more. `schema`: the table's.
 */
export function printedConstraints(definition: string, schema: string): PrintedConstraints {
  const foreignKeys: ForeignKey[] = [];
  const checks: { name: string; definition: string }[] = [];
  for (const line of definition.split("\n")) {
    const check = CHECK.exec(line);
    if (check !== null) checks.push({ name: unquoted(check[1]), definition: check[2] ?? "" });
    const found = FOREIGN_KEY.exec(line);
    if (found === null) continue;
    const [, name, columns, parentSchema, parent, parentColumns, onDelete, onUpdate] = found;
    foreignKeys.push(
      foreignKey({
        name: unquoted(name),
        columns: listed(columns),
        references: {
          schema: parentSchema === undefined ? schema : unquoted(parentSchema),
          name: unquoted(parent),
        },
        referencedColumns: listed(parentColumns),
        onDelete: onDelete ?? "NO ACTION",
        onUpdate: onUpdate ?? "NO ACTION",
      }),
    );
  }
  return { foreignKeys, checks };
}

/** Rules in upper case. */
export function foreignKey(key: {
  readonly name: string;
  readonly columns: readonly string[];
  readonly references: TableName;
  readonly referencedColumns: readonly string[];
  readonly onDelete: string;
  readonly onUpdate: string;
}): ForeignKey {
  const { name, columns, references, referencedColumns, onDelete, onUpdate } = key;
  const list = (names: readonly string[]): string => names.map(quoteIdent).join(", ");
  return {
    name,
    columns,
    references,
    referencedColumns,
    onDelete: onDelete.toLowerCase(),
    definition: `FOREIGN KEY (${list(columns)}) REFERENCES ${quoteIdent(references.schema)}.${quoteIdent(references.name)} (${list(referencedColumns)}) ON DELETE ${onDelete} ON UPDATE ${onUpdate}`,
  };
}

function listed(list: string | undefined): readonly string[] {
  return [...(list ?? "").matchAll(new RegExp(NAME, "g"))].map(([name]) => unquoted(name));
}

function unquoted(name: string | undefined): string {
  return (name ?? "").slice(1, -1).replaceAll("``", "`");
}
