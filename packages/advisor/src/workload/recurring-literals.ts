import type { Catalog } from "../catalog/catalog.ts";
import type { Engine } from "../engine.ts";
import type { Shape } from "./shape.ts";
import type { Predicate, Statement } from "./statement.ts";

/** Distinct texts of a shape that are compared: a value that changes at all changes among so many. */
const COMPARED_TEXTS = 20;

/**
 * The shape's statement with only those literals that belong to the program: each text that was seen has them, as they were
 * sent. One execution alone proves that only where its text holds placeholders too. A placeholder's value is no literal,
 * though it may always be the same: a plan must hold for any.
 */
export async function withRecurringLiterals(
  shape: Shape,
  parse: Engine["parse"],
  catalog: Catalog,
): Promise<Statement> {
  const { statement, samples } = shape;
  if (!statement.tables.some((use) => use.predicates.some(hasLiteral))) return statement;
  const sent: Statement[] = [];
  for (const text of [...new Set(samples.sent())].slice(0, COMPARED_TEXTS)) {
    const parsed = await parse(text);
    if (parsed.kind === "query") sent.push(parsed.describe(catalog));
  }
  const proven =
    samples.executions() > 1 ||
    sent.some((one) => one.tables.some((use) => use.predicates.some(hasPlaceholder)));
  return {
    ...statement,
    tables: statement.tables.map((use, at) => ({
      ...use,
      predicates: use.predicates.map((predicate, position) => {
        const { literal, ...rest } = predicate;
        const recurs =
          sent.length > 0 &&
          sent.every((one) => one.tables[at]?.predicates[position]?.literal === literal);
        return proven && recurs ? predicate : rest;
      }),
    })),
  };
}

function hasLiteral(predicate: Predicate): boolean {
  return predicate.literal !== undefined;
}

function hasPlaceholder(predicate: Predicate): boolean {
  return predicate.value === "parameter";
}
