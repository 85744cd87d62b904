/**
 * A place in MariaDB's history: `0-1-100` is transaction 100 of domain 0, written by server 1. A place of a server
 * that is no replica of one alone has more than one: per domain the newest of each server that has written to it.
 */
interface Gtid {
  readonly domain: number;
  readonly server: number;
  readonly number: number;
}

export type GtidPosition = readonly Gtid[];

/** Reads `0-1-100,0-2-105`. Throws on anything else. */
export function parseGtidPosition(text: string): GtidPosition {
  return text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "")
    .map((each) => {
      const [, domain, server, number] = /^(\d+)-(\d+)-(\d+)$/.exec(each) ?? [];
      if (number === undefined) throw new Error(`Not a GTID position of MariaDB: ${text}`);
      return { domain: Number(domain), server: Number(server), number: Number(number) };
    });
}

export function formatGtidPosition(position: GtidPosition): string {
  return position
    .toSorted((a, b) => a.domain - b.domain || a.server - b.server)
    .map(({ domain, server, number }) => `${domain}-${server}-${number}`)
    .join(",");
}

/** The newest of each domain and server. */
export function mergePositions(a: GtidPosition, b: GtidPosition): GtidPosition {
  const newest = new Map<string, Gtid>();
  for (const gtid of [...a, ...b]) {
    const key = `${gtid.domain}-${gtid.server}`;
    const known = newest.get(key);
    if (known === undefined || known.number < gtid.number) newest.set(key, gtid);
  }
  return [...newest.values()];
}

/** The newest of each domain: what `MASTER_GTID_WAIT` takes. */
export function newestOfDomains(position: GtidPosition): GtidPosition {
  const newest = new Map<number, Gtid>();
  for (const gtid of position) {
    const known = newest.get(gtid.domain);
    if (known === undefined || known.number < gtid.number) newest.set(gtid.domain, gtid);
  }
  return [...newest.values()];
}

/**
 * What a server has committed (`gtid_current_pos`), with what is known of the servers before the last one (its
 * `gtid_binlog_state`). The binary log is ahead of the commit: what is beyond the position isn't there yet.
 */
export function positionWithHistory(current: GtidPosition, history: GtidPosition): GtidPosition {
  const past = history.filter((gtid) =>
    current.some(
      ({ domain, server, number }) =>
        domain === gtid.domain && server !== gtid.server && number > gtid.number,
    ),
  );
  return mergePositions(current, past);
}

/**
 * Whether a server at `bound` has `wanted`. Numbers grow in the order of the domain: beyond it, without it among its
 * own server's, it is not there, or not known to be.
 */
export function coversPosition(
  bound: GtidPosition,
  wanted: GtidPosition,
): "reached" | "behind" | "unknown" {
  let behind = false;
  for (const { domain, server, number } of wanted) {
    const inDomain = bound.filter((gtid) => gtid.domain === domain);
    if (inDomain.some((gtid) => gtid.server === server && gtid.number >= number)) continue;
    if (inDomain.some((gtid) => gtid.number >= number)) return "unknown";
    behind = true;
  }
  return behind ? "behind" : "reached";
}
