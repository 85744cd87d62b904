import type { Session } from "../engine.ts";
import { readRows } from "./read-rows.ts";

const IDENTITY = `
  select c.system_identifier || '/' || d.oid as identity
  from pg_catalog.pg_control_system() c, pg_catalog.pg_database d
  where d.datname = pg_catalog.current_database()`;

/**
 * Physical replicas share the primary's system identifier, and a database keeps its number on all of them.
 * `null` where the server does not let this user ask.
 */
export async function identify(session: Session): Promise<string | null> {
  try {
    const [row] = await readRows<{ readonly identity: string }>(session, IDENTITY);
    return row?.identity ?? null;
  } catch {
    return null;
  }
}
