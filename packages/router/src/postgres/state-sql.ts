/** The timeline that a primary writes on; `pg_control_checkpoint()` tells that of its last checkpoint. */
const WRITTEN_TIMELINE =
  "('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int";

/** Whether an account is told what a standby receives. */
const IS_TOLD = "pg_has_role('pg_read_all_stats', 'usage')";

/**
 * The timeline that a standby receives, never below that of what it replays; NULL where it receives nothing, and for accounts that are not
 * told. The function is that of `pg_stat_wal_receiver`, which takes thrice as long to ask.
 */
const RECEIVED_TIMELINE = "(pg_stat_get_wal_receiver()).received_tli";

/** The same for any account: for one that isn't told there is the control file, which after a failover is right from the next restartpoint on. */
const REPLAYED_TIMELINE = `case when ${IS_TOLD} then ${RECEIVED_TIMELINE}
  when (pg_stat_get_wal_receiver()).pid is not null then
    greatest((pg_control_checkpoint()).timeline_id, (pg_control_recovery()).min_recovery_end_timeline)
  end`;

/**
 * A server's role, identity, place and timeline. The place is read before the timeline: one that is promoted in between
 * has it on the new timeline too. A server is one run of one postmaster: standbys share the cluster's identifier.
 */
export const STATE_SQL: string = `select pg_is_in_recovery() as replica,
  concat_ws('/', (select system_identifier from pg_control_system()), current_setting('port'),
    extract(epoch from pg_postmaster_start_time())) as server,
  case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
    else pg_current_wal_insert_lsn() end::text as at,
  case when pg_is_in_recovery() then ${REPLAYED_TIMELINE} else ${WRITTEN_TIMELINE} end::text as timeline,
  ${IS_TOLD} as told`;

/**
 * The place of a commit that was just answered. The *insert* position: with `synchronous_commit = off` that of what is
 * written lies before the commit.
 */
export const WRITTEN_SQL: string = `select pg_current_wal_insert_lsn()::text as at, ${WRITTEN_TIMELINE}::text as timeline`;

/** A statement that is prepared under a name. */
export interface Guard {
  readonly name: string;
  readonly sql: string;
}

/**
 * Succeeds without a row where a standby has reached LSN $1 of timeline $2, and fails with 22012 elsewhere: that stops what follows in
 * the same message. The LSN is asked before the timeline, as above: AND inside of an expression keeps the order. A primary receives
 * nothing, so that it fails there; so it does where statements share a snapshot, which was taken before the LSN was read.
 *
 * Its size is its cost: it is prepared, but set up anew for each query.
 */
function guardSql(timeline: string): string {
  return `select where 1 / ((pg_last_wal_replay_lsn() >= $1::pg_lsn and ${timeline} = $2::int
    and current_setting('transaction_isolation') = 'read committed') is true)::int = 0`;
}

export const GUARD: Guard = { name: "dbadvise_guard", sql: guardSql(RECEIVED_TIMELINE) };

/** For accounts that are not told what a standby receives. */
export const GUARD_OF_UNTOLD: Guard = {
  name: "dbadvise_guard_untold",
  sql: guardSql(REPLAYED_TIMELINE),
};
