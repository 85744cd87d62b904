/**
 * What a statement does, by its shape:
 * - `read`: reads tables and nothing else.
 * - `locking-read`: a read that locks its rows (`for update`, `lock in share mode`).
 * - `transaction`: begins, ends or sets a transaction or savepoint.
 * - `other`: writes, definitions, settings, calls, and a `select` of no table.
 */
export type StatementKind = "read" | "locking-read" | "transaction" | "other";

const TRANSACTION =
  /^(?:begin|start transaction|commit|end|rollback|abort|savepoint|release|prepare transaction|set (?:session characteristics as )?transaction|xa)\b/i;
const READ = /^[\s(]*(?:select|with|table)\b/i;
const CHANGE = /\b(?:insert into|delete from|merge into|update \S+ (?:as \S+ )?set)\b/i;
const LOCK = /\bfor (?:no key update|update|key share|share)\b|\block in share mode\b/i;

export function statementKind(shape: string): StatementKind {
  if (TRANSACTION.test(shape)) return "transaction";
  if (!READ.test(shape) || !/\bfrom\b/i.test(shape) || CHANGE.test(shape)) return "other";
  return LOCK.test(shape) ? "locking-read" : "read";
}

const PLACEHOLDER = "(?:\\$\\d+|\\?)";
const BY_KEY = new RegExp(
  [
    `(?<![<>!])= ?(?:any ?|cast ?)?\\(* ?${PLACEHOLDER}`,
    `${PLACEHOLDER}(?:::\\w+)? ?=`,
    `\\bin ?\\(+ ?${PLACEHOLDER}`,
    `<=> ?${PLACEHOLDER}`,
    `\\bis not distinct from ${PLACEHOLDER}`,
  ].join("|"),
  "i",
);

/**
 * Whether the shape of a read looks rows up by a key that differs from call to call. Going through a table page by page
 * (`where id > $1 ... limit $2`, `offset $2`) does not: each page can only be asked for after the one before.
 */
export function looksUpByKey(shape: string): boolean {
  return BY_KEY.test(shape) && !/\boffset (?:\$\d|\?)/i.test(shape);
}
