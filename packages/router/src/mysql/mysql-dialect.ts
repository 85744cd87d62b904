import type { Lease } from "@dbadvise/pool";
import { trackedGtids } from "@dbadvise/pool/mysql";
import type { Connection } from "mysql2";
import type { Coverage, Position } from "../position.ts";
import type { RouterDialect, ServerState } from "../router-dialect.ts";
import { createMysqlClassifier } from "./create-classifier.ts";
import { formatGtidSet, missingSources, parseGtidSet, unionOf } from "./gtid-set.ts";
import { sendGuarded } from "./guarded-query.ts";
import { isCallersError, isReadOnlyRefusal } from "./refusals.ts";
import { oncePerPosition } from "../once-per-position.ts";
import { onlyRow } from "../only-row.ts";

interface StateRow {
  readonly server: string;
  readonly at: string;
  readonly readOnly: number;
  /** Whether it replicates, and from whom; `null` where the account may not know. */
  readonly channels: number | null;
  readonly source: string | null;
}

const OWN = `@@global.server_uuid as server, @@global.gtid_executed as at,
  @@global.read_only as readOnly`;

const STATE_SQL = `select ${OWN},
  (select count(*) from performance_schema.replication_connection_configuration
    where channel_name not like 'group_replication%') as channels,
  (select source_uuid from performance_schema.replication_connection_status
    where channel_name not like 'group_replication%' limit 1) as source`;

const ACCESS_DENIED: ReadonlySet<unknown> = new Set([1044, 1142, 1143, 1227]);

/** The epoch of a replica that doesn't tell its source. */
const UNKNOWN_SOURCE = "";

const setOf = oncePerPosition(({ at }) => parseGtidSet(at));

/** What was parsed and written anew has nothing that would have to be escaped. */
const guardOf = oncePerPosition(
  (wanted) =>
    `select concat('', gtid_subset('${formatGtidSet(setOf(wanted))}', @@global.gtid_executed)) as guard`,
);

/** A GTID names its transaction, so that a set that has it has its rows; the epoch is the server that writes, or that is followed. */
export function mysqlDialect(): RouterDialect<Connection> {
  /** Connections of accounts that may not read performance_schema. */
  const untold = new WeakSet<Connection>();

  async function stateRow(lease: Lease<Connection>): Promise<StateRow> {
    if (!untold.has(lease.client)) {
      try {
        return await onlyRow<StateRow>(lease, STATE_SQL);
      } catch (error) {
        if (!ACCESS_DENIED.has((error as { readonly errno?: unknown }).errno)) throw error;
        untold.add(lease.client);
      }
    }
    return onlyRow<StateRow>(lease, `select ${OWN}, null as channels, null as source`);
  }

  async function readState(lease: Lease<Connection>): Promise<ServerState> {
    const { server, at, readOnly, channels, source } = await stateRow(lease);
    const isReplica = readOnly === 1 || Number(channels) > 0;
    const epoch = isReplica ? (source ?? UNKNOWN_SOURCE) : server;
    return { role: isReplica ? "replica" : "primary", server, position: { epoch, at: plain(at) } };
  }

  return {
    system: "mysql",
    ...createMysqlClassifier("mysql"),
    readState,
    positionAfterWrite: async (lease) => {
      const gtids = trackedGtids(lease.client);
      if (gtids !== undefined)
        return { epoch: gtids.slice(0, gtids.indexOf(":")), at: plain(gtids) };
      const { server, at } = await onlyRow<StateRow>(lease, `select ${OWN}`);
      return { epoch: server, at: plain(at) };
    },
    covers,
    compareEpochs: () => 0,
    merge,
    queryAt: async (lease, wanted, sql, parameters, options) => {
      const sent = await sendGuarded<never>(lease, guardOf(wanted), sql, parameters, options);
      return sent.guard === "1" ? sent.result : undefined;
    },
    waitFor: async (lease, wanted, timeoutMs) => {
      const { position } = await readState(lease);
      const coverage = covers(position, wanted);
      // 0 would be for ever.
      if (coverage !== "behind" || timeoutMs <= 0) return coverage;
      await lease.query("select wait_for_executed_gtid_set(?, ?)", [wanted.at, timeoutMs / 1000]);
      return covers((await readState(lease)).position, wanted);
    },
    isReadOnlyRefusal,
    isCallersError,
  };
}

/**
 * What is missing of the source that the server is, or follows, will come. What is missing of another one may come through
 * it, or may be lost.
 */
function covers(bound: Position, wanted: Position): Coverage {
  const missing = missingSources(setOf(bound), setOf(wanted));
  if (missing.length === 0) return "reached";
  if (bound.epoch === UNKNOWN_SOURCE || bound.epoch === wanted.epoch) return "behind";
  return missing.every((source) => source.startsWith(bound.epoch)) ? "behind" : "unknown";
}

function merge(a: Position, b: Position): Position {
  const [left, right] = [setOf(a), setOf(b)];
  if (missingSources(left, right).length === 0) return a;
  if (missingSources(right, left).length === 0) return b;
  const epochs = new Set([...a.epoch.split(","), ...b.epoch.split(",")]);
  return { epoch: [...epochs].toSorted().join(","), at: formatGtidSet(unionOf(left, right)) };
}

/** The server breaks a long set into lines. */
function plain(gtids: string): string {
  return gtids.replaceAll(/\s/g, "");
}
