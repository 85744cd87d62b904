/** Flags of every MySQL and MariaDB test server. */
export const SERVER_FLAGS: readonly string[] = [
  "--character-set-server=utf8mb4",
  "--default-time-zone=+00:00",
  "--secure-file-priv=",
  "--skip-name-resolve",
  "--innodb-buffer-pool-size=64M",
  // Statistics change when ANALYZE TABLE says so, not a while after a table was filled; and they are of 200 pages, which most
  // tests' indexes don't have, not of 20 by chance. More would slow MariaDB down, which counts at each ALTER.
  "--innodb-stats-auto-recalc=OFF",
  "--innodb-stats-persistent-sample-pages=200",
  // No care for surviving a crash.
  "--innodb-flush-log-at-trx-commit=0",
  "--innodb-flush-method=nosync",
];

/** Flags that only MySQL has. MariaDB has no binary log unless asked. */
export const MYSQL_FLAGS: readonly string[] = ["--mysqlx=OFF", "--skip-log-bin"];
