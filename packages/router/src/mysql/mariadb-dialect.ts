import type { Lease } from "@dbadvise/pool";
import { trackedGtids } from "@dbadvise/pool/mysql";
import type { Connection } from "mysql2";
import type { Coverage, Position } from "../position.ts";
import type { RouterDialect, ServerState } from "../router-dialect.ts";
import { createMysqlClassifier } from "./create-classifier.ts";
import {
  coversPosition,
  formatGtidPosition,
  type GtidPosition,
  mergePositions,
  newestOfDomains,
  parseGtidPosition,
  positionWithHistory,
} from "./gtid-position.ts";
import { sendGuarded } from "./guarded-query.ts";
import { isCallersError, isReadOnlyRefusal } from "./refusals.ts";
import { oncePerPosition } from "../once-per-position.ts";
import { onlyRow } from "../only-row.ts";

/** What it has committed, before what its binary log knows: that is written first. */
const PLACE = "concat(@@global.gtid_current_pos, ';', @@global.gtid_binlog_state)";

const STATE_SQL = `select concat_ws('/', @@hostname, @@port, @@server_id) as server, ${PLACE} as place,
  @@global.read_only = 1 or (select variable_value from information_schema.global_status
    where variable_name = 'SLAVES_RUNNING') > 0 as isReplica`;

/** A session that has committed nothing has no GTID of its own. */
const LAST_SQL = `select @@last_gtid as last, ${PLACE} as place`;

const gtidsOf = oncePerPosition(({ at }) => parseGtidPosition(at));

/** Number and server of a GTID together say which transaction it is; the epoch is the servers that have written last. */
export function mariadbDialect(): RouterDialect<Connection> {
  return {
    system: "mariadb",
    ...createMysqlClassifier("mariadb"),
    readState,
    positionAfterWrite: async (lease) => {
      // None comes with the rows of INSERT ... RETURNING.
      const tracked = trackedGtids(lease.client);
      if (tracked !== undefined && tracked !== "") return positionOf(parseGtidPosition(tracked));
      const { last, place } = await onlyRow<{ last: string; place: string }>(lease, LAST_SQL);
      return last === "" ? positionAt(place) : positionOf(parseGtidPosition(last));
    },
    covers,
    compareEpochs: () => 0,
    merge: (a, b) => positionOf(mergePositions(gtidsOf(a), gtidsOf(b))),
    queryAt: async (lease, wanted, sql, parameters, options) => {
      const guard = `select ${PLACE} as guard`;
      const sent = await sendGuarded<never>(lease, guard, sql, parameters, options);
      const coverage = coversPosition(gtidsAt(sent.guard), gtidsOf(wanted));
      return coverage === "reached" ? sent.result : undefined;
    },
    waitFor: async (lease, wanted, timeoutMs) => {
      const { position } = await readState(lease);
      const coverage = covers(position, wanted);
      if (coverage !== "behind" || timeoutMs <= 0) return coverage;
      const newest = formatGtidPosition(newestOfDomains(gtidsOf(wanted)));
      await lease.query("select master_gtid_wait(?, ?)", [newest, timeoutMs / 1000]);
      return covers((await readState(lease)).position, wanted);
    },
    isReadOnlyRefusal,
    isCallersError,
  };
}

async function readState(lease: Lease<Connection>): Promise<ServerState> {
  const row = await onlyRow<{ server: string; place: string; isReplica: number }>(lease, STATE_SQL);
  return {
    role: row.isReplica === 1 ? "replica" : "primary",
    server: row.server,
    position: positionAt(row.place),
  };
}

function covers(bound: Position, wanted: Position): Coverage {
  return coversPosition(gtidsOf(bound), gtidsOf(wanted));
}

function positionAt(place: string): Position {
  return positionOf(gtidsAt(place));
}

function gtidsAt(place: string): GtidPosition {
  const [current = "", history = ""] = place.split(";");
  return positionWithHistory(parseGtidPosition(current), parseGtidPosition(history));
}

function positionOf(position: GtidPosition): Position {
  const writers = newestOfDomains(position).map(({ domain, server }) => `${domain}-${server}`);
  return { epoch: writers.toSorted().join(","), at: formatGtidPosition(position) };
}
