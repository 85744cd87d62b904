/** The timeline that a primary writes on; `pg_control_checkpoint()` tells that of its last checkpoint. */
const WRITTEN_TIMELINE =
  "('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int";

/**
 * The timeline that a standby receives, never below that of what it replays; NULL where it receives nothing. An account
 * without the privileges of `pg_read_all_stats` isn't told: for it there is the control file, which after a failover is
 * right from the next restartpoint on. The function is that of `pg_stat_wal_receiver`, which takes thrice as long to ask.
 */
const REPLAYED_TIMELINE = `case when pg_has_role('pg_read_all_stats', 'usage')
  then (pg_stat_get_wal_receiver()).received_tli
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
  case when pg_is_in_recovery() then ${REPLAYED_TIMELINE} else ${WRITTEN_TIMELINE} end::text as timeline`;

/**
 * The place of a commit that was just answered. The *insert* position: with `synchronous_commit = off` that of what is
 * written lies before the commit.
 */
export const WRITTEN_SQL: string = `select pg_current_wal_insert_lsn()::text as at, ${WRITTEN_TIMELINE}::text as timeline`;

/** What the guard's error says where it stopped a query. */
export const STOPPED: RegExp = /dbadvise:[tf] /;

/** The same where it was able to know: elsewhere the state must be asked alone. */
export const NOT_REACHED: RegExp = /dbadvise:t read committed /;

/**
 * Succeeds without a row where a standby has reached LSN $1 of timeline $2, and fails elsewhere: that stops what follows in
 * the same message. The LSN is asked before the timeline, as above: AND inside of CASE keeps the order. The text that is no number
 * depends on a volatile function, or the planner would try it.
 *
 * It can't know where statements share a snapshot, which was taken before the LSN was read, nor on a primary. Its size is
 * its cost: it is prepared, but set up anew for each query.
 */
export const GUARD_SQL: string = `select where case when (
    current_setting('transaction_isolation') = 'read committed' and pg_is_in_recovery()
    and pg_last_wal_replay_lsn() >= $1::pg_lsn and ${REPLAYED_TIMELINE} = $2::int) is true then 1
  else concat('dbadvise:', pg_is_in_recovery(), ' ', current_setting('transaction_isolation'),
    ' at ', pg_last_wal_replay_lsn())::int end = 0`;
