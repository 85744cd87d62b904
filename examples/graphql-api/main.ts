/**
 * One GraphQL query, answered by the same resolvers on plain Kysely and on Kysely with coalescing, and by resolvers with
 * relations: how many statements each of them sends.
 *
 *   node main.ts postgres://localhost/books
 */
import { withCoalescing, withScope } from "@dbadvise/loader/kysely";
import { currentScope, onQuery } from "@dbadvise/observe";
import { createPool } from "@dbadvise/pool";
import { postgresDialect } from "@dbadvise/pool/kysely";
import { postgres } from "@dbadvise/pool/postgres";
import { graphql } from "graphql";
import { Kysely } from "kysely";
import { type Database, fill } from "./database.ts";
import { relationResolvers } from "./relation-resolvers.ts";
import { plainResolvers, type Resolvers } from "./resolvers.ts";
import { createSchema } from "./schema.ts";

const QUERY = `{
  authors { name books { title reviewCount latestReviews(first: 3) { stars reviewer { name } } } }
}`;

const pool = createPool({ connector: postgres(process.argv[2] ?? ""), max: 10 });
const db = new Kysely<Database>({ dialect: postgresDialect({ pool }) });
await fill(db);

let expected: string | undefined;
await report("plain", plainResolvers(db));
await report("coalescing", plainResolvers(withCoalescing(db)));
await report("relations", relationResolvers(db));
await db.destroy();

/** Answers the query twice, since databases are asked about a text the first time that it is merged, and counts the second. */
async function report(how: string, resolvers: Resolvers): Promise<void> {
  const schema = createSchema(resolvers);
  await graphql({ schema, source: QUERY });
  const { result, statements } = await withScope(async () => {
    let sent = 0;
    const stop = onQuery(({ scope }) => {
      if (scope !== undefined && scope === currentScope()) sent += 1;
    });
    const answer = await graphql({ schema, source: QUERY });
    stop();
    return { result: answer, statements: sent };
  });
  if (result.errors !== undefined) throw new Error("The query failed", { cause: result.errors });
  const text = JSON.stringify(result);
  expected ??= text;
  console.log(
    `${how}: ${statements} statements, ${text === expected ? "the same" : "another"} result`,
  );
}
