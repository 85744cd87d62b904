import type { Session } from "../engine.ts";
import { ownAlias } from "./own-alias.ts";
import { readRows } from "./read-rows.ts";

const EXECUTED = `select @@global.gtid_executed as ${ownAlias("value")}, database() as name`;

/**
 * The server that most transactions of this server's history were first committed on, which replicas have from their source, and the
 * database's name. `null` where there are no global transaction identifiers: on MariaDB they hold no name of a server that is
 * unique in the world.
 */
export async function identify(session: Session): Promise<string | null> {
  try {
    const [row] = await readRows(session, EXECUTED);
    const origin = originOf(row?.[ownAlias("value")] ?? "");
    return origin === null ? null : `${origin}/${row?.["name"] ?? ""}`;
  } catch {
    return null;
  }
}

/** Of `uuid:1-100:110,uuid:tag:1-5` the server with most transactions; a tag stands between ranges. */
function originOf(executed: string): string | null {
  let most = 0n;
  let origin: string | null = null;
  for (const set of executed.split(",")) {
    const [uuid = "", ...ranges] = set.trim().split(":");
    const count = ranges.reduce((sum, range) => {
      const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
      return first === undefined ? sum : sum + BigInt(last ?? first) - BigInt(first) + 1n;
    }, 0n);
    if (count > most) [most, origin] = [count, uuid];
  }
  return origin;
}
