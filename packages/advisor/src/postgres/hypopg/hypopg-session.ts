import type { Session } from "../../engine.ts";
import { OWN_QUERY, readRows } from "../read-rows.ts";
import { quoteIdent } from "../quote-ident.ts";

/** The extension as a server has it. */
export interface Hypopg {
  readonly version: string;
  /** Its schema, as SQL. */
  readonly schema: string;
  /** Whether it can hide indexes that exist: from version 1.4 on. */
  readonly hides: boolean;
}

/** What is true of the server for the length of one question. */
export interface Pretence {
  /** CREATE INDEX statements, without names. */
  readonly create: readonly string[];
  /** Indexes that exist, qualified as SQL, and are not to be seen. */
  readonly hide: readonly string[];
}

/** The names that HypoPG gave to the created indexes, and their sizes in bytes, in the order of the statements. */
export type Created = readonly { readonly name: string; readonly bytes: number }[];

/** The extension in the session's database; `null` where it is not installed. */
export async function findHypopg(session: Session): Promise<Hypopg | null> {
  const [row] = await readRows<{ version: string; schema: string; hides: boolean }>(
    session,
    `select e.extversion as version, n.nspname as schema, exists (
       select from pg_catalog.pg_proc p where p.pronamespace = n.oid and p.proname = 'hypopg_hide_index') as hides
     from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
     where e.extname = 'hypopg'`,
  );
  return row === undefined ? null : { ...row, schema: quoteIdent(row.schema) };
}

/**
 * Asks one question while some indexes seem to exist and others seem not to. HypoPG keeps that in the server's session, which
 * behind a pooler is another client's a moment later: so each question is one read-only transaction, and at its end nothing
 * is left, however it ended.
 */
export async function whilePretending<Answer>(
  session: Session,
  hypopg: Hypopg,
  { create, hide }: Pretence,
  ask: (created: Created) => Promise<Answer>,
): Promise<Answer> {
  const call = (name: string): string => `${hypopg.schema}.${name}`;
  await session.query("begin read only");
  try {
    await session.query("savepoint dbadvise");
    const created =
      create.length === 0
        ? []
        : await session.query(
            `select ${OWN_QUERY} h.indexname as name, ${call("hypopg_relation_size")}(h.indexrelid)::pg_catalog.float8 as bytes
             from pg_catalog.unnest($1::pg_catalog.text[]) with ordinality d (ddl, position),
               lateral ${call("hypopg_create_index")}(d.ddl) h
             order by d.position`,
            [create],
          );
    if (hide.length > 0) {
      await session.query(
        `select ${OWN_QUERY} ${call("hypopg_hide_index")}(pg_catalog.to_regclass(name)) from pg_catalog.unnest($1::pg_catalog.text[]) name`,
        [hide],
      );
    }
    return await ask(
      created.map((row) => ({ name: String(row["name"]), bytes: Number(row["bytes"]) })),
    );
  } finally {
    // Of a lost connection the question's own error tells.
    const forget = [
      `${call("hypopg_reset")}()`,
      ...(hypopg.hides ? [`${call("hypopg_unhide_all_indexes")}()`] : []),
    ];
    await session
      .query(`rollback to savepoint dbadvise; select ${OWN_QUERY} ${forget.join(", ")}`)
      .catch(() => undefined);
    await session.query("rollback").catch(() => undefined);
  }
}
