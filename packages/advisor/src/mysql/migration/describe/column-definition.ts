import type { ColumnDefinition, ConstraintDefinition } from "../../../migration/schema-action.ts";
import { referencesOf } from "./constraint-definition.ts";
import { readTokens, type TokenReader } from "./token-reader.ts";

/** Words that end a column's type. */
const ATTRIBUTES: ReadonlySet<string> = new Set(
  `AFTER AS AUTO_INCREMENT CHECK COLUMN_FORMAT COMMENT COMPRESSED CONSTRAINT DEFAULT FIRST GENERATED INVISIBLE KEY NOT NULL
  ON PERSISTENT PRIMARY REFERENCES SRID STORAGE STORED UNIQUE VIRTUAL VISIBLE WITH WITHOUT`.split(
    /\s+/,
  ),
);

/** `name type attributes`, up to the comma that ends it. */
export function columnDefinition(
  reader: TokenReader,
  schema: string,
): { readonly column: ColumnDefinition; readonly constraints: readonly ConstraintDefinition[] } {
  const name = reader.name() ?? "";
  return definitionOf(name, reader.restOfClause(), schema);
}

/** The same of a text without the name: `varchar(50) NOT NULL`. */
export function definitionOf(
  name: string,
  text: string,
  schema: string,
): { readonly column: ColumnDefinition; readonly constraints: readonly ConstraintDefinition[] } {
  const reader = readTokens(text);
  const type = typeText(reader);
  const constraints: ConstraintDefinition[] = [];
  let notNull = false;
  let serial = /^serial$/i.test(type);
  let fallback: string | null = null;
  let generated: ColumnDefinition["generated"] = null;
  while (!reader.done) {
    if (reader.takes("NOT", "NULL")) notNull = true;
    else if (reader.takes("DEFAULT")) fallback = defaultText(reader);
    else if (reader.takes("AUTO_INCREMENT")) serial = true;
    else if (reader.takes("PRIMARY", "KEY")) {
      notNull = true;
      constraints.push(constraintOn("primary-key", name));
    } else if (reader.takes("UNIQUE", "KEY") || reader.takes("UNIQUE"))
      constraints.push(constraintOn("unique", name));
    else if (reader.takes("GENERATED", "ALWAYS", "AS") || reader.takes("AS")) {
      reader.parentheses();
      generated = reader.takesOne("STORED", "PERSISTENT") === null ? "virtual" : "stored";
    } else if (reader.takes("CHECK"))
      constraints.push({ ...constraintOn("check", name), expression: reader.parentheses() });
    else if (reader.takes("REFERENCES"))
      constraints.push({
        ...constraintOn("foreign-key", name),
        foreignKey: { columns: [name], ...referencesOf(reader, schema) },
      });
    else reader.any();
  }
  const column: ColumnDefinition = {
    name,
    type,
    notNull: notNull || serial,
    fill: serial || generated === "stored" ? "volatile" : fillOf(fallback),
    default: fallback,
    generated,
    identity: false,
    serial,
  };
  return { column, constraints };
}

function constraintOn(kind: ConstraintDefinition["kind"], column: string): ConstraintDefinition {
  return {
    name: null,
    kind,
    columns: [column],
    notValid: false,
    usingIndex: null,
    foreignKey: null,
    expression: null,
    impliesNotNull: [],
  };
}

function typeText(reader: TokenReader): string {
  let text = "";
  for (;;) {
    const inside = reader.parentheses();
    if (inside !== null) {
      text += `(${inside})`;
      continue;
    }
    if (reader.done || [...ATTRIBUTES].some((word) => reader.sees(word))) return text;
    text += `${text === "" ? "" : " "}${reader.any()?.text.toLowerCase() ?? ""}`;
  }
}

/** `5`, `'x'`, `now()`, `(uuid())`, `CURRENT_TIMESTAMP(3)`. */
function defaultText(reader: TokenReader): string {
  const whole = reader.parentheses();
  if (whole !== null) return `(${whole})`;
  const sign = reader.takesOne("-", "+") ?? "";
  const first = reader.any()?.text ?? "";
  const inside = reader.parentheses();
  return `${sign}${first}${inside === null ? "" : `(${inside})`}`;
}

function fillOf(fallback: string | null): ColumnDefinition["fill"] {
  if (fallback === null || /^null$/i.test(fallback)) return "none";
  const inner = fallback.replace(/^\(([\s\S]*)\)$/, "$1");
  if (
    /^(?:[-+]?[\d.]+(?:e[-+]?\d+)?|[xbn]?'[\s\S]*'|"[\s\S]*"|true|false|_\w+\s*'[\s\S]*')$/i.test(
      inner,
    )
  )
    return "constant";
  if (
    /^(?:current_timestamp|now|localtime|localtimestamp|current_date|curdate|current_time|curtime|utc_\w+)\b/i.test(
      inner,
    )
  )
    return "stable";
  return /\b(?:uuid|uuid_short|rand|random_bytes|sys_guid|nextval|sleep)\b/i.test(inner)
    ? "volatile"
    : "unknown";
}
