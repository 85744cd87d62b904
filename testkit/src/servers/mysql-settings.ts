/** Flags of every MySQL and MariaDB test server. */
export const SERVER_FLAGS: readonly string[] = [
  "--character-set-server=utf8mb4",
  "--default-time-zone=+00:00",
  "--secure-file-priv=",
  "--skip-name-resolve",
  "--innodb-buffer-pool-size=64M",
  // No care for surviving a crash.
  "--innodb-flush-log-at-trx-commit=0",
  "--innodb-flush-method=nosync",
];

/** Flags that only MySQL has. MariaDB has no binary log unless asked. */
export const MYSQL_FLAGS: readonly string[] = ["--mysqlx=OFF", "--skip-log-bin"];
