/** Settings of every test server: statement statistics as users have them, and no care for surviving a crash. */
export const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  shared_preload_libraries: "pg_stat_statements",
  compute_query_id: "on",
  fsync: "off",
  full_page_writes: "off",
  // Costs nothing without fsync. Off, a commit's hint bits wait for the WAL writer: a VACUUM within 200 ms leaves the rows'
  // pages not all-visible, and plans change by chance.
  synchronous_commit: "on",
  timezone: "UTC",
  // On, as users have it, but never awake: a background ANALYZE holds a snapshot, a VACUUM beside it leaves pages not
  // all-visible, and plans change by chance.
  autovacuum_naptime: "2147483",
};

/** Flags of initdb. The builtin locale, new in PostgreSQL 17, gives text the same order on every machine. */
export function localeFlags(major: number): readonly string[] {
  const flags = ["--encoding=UTF8", "--locale=C"];
  return major < 17 ? flags : [...flags, "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
}
