/**
 * Whether a primary had replayed up to LSN $1 when it was promoted: what a promotion leaves behind is beyond the last place that was
 * replayed, which the server knows until it is restarted. After a crash that would be where the crash left off; then no
 * commit was replayed as a standby's are.
 */
export const SURVIVED_SQL = `select pg_last_wal_replay_lsn() >= $1::pg_lsn
  and pg_last_xact_replay_timestamp() is not null as survived`;
