/** General logs as servers write them; real servers write the same in `mysql-servers.test.ts`. */

/** MySQL 5.7 on. */
export const MYSQL_GENERAL_LOG = `/usr/sbin/mysqld, Version: 8.0.36 (MySQL Community Server - GPL). started with:
Tcp port: 3306  Unix socket: /var/run/mysqld/mysqld.sock
Time                 Id Command    Argument
2026-11-22T10:10:01.123456Z\t    8 Connect\tapp@localhost on shop using Socket
2026-11-22T10:10:01.223456Z\t    8 Query\tselect 1
2026-11-22T12:10:01.323456+02:00\t    8 Query\tselect 'a
2026-11-22 no record
\t\t10 nor this'
from t
2026-11-22T10:10:02.000000Z\t    8 Prepare\tselect n from t where id = ?
2026-11-22T10:10:02.000001Z\t    8 Execute\tselect n from t where id = 7
2026-11-22T10:10:02.000002Z\t    8 Close stmt\t
2026-11-22T10:10:02.000003Z\t    8 Init DB\tother
2026-11-22T10:10:02.000003Z\t    8 Field List\tt\t
2026-11-22T10:10:02.100000Z\t123456 Connect\tAccess denied for user 'eve'@'10.0.0.9' (using password: YES)
2026-11-22T10:10:03.000000Z\t    8 Query\t
2026-11-22T10:10:03.000000Z\t    8 Quit\t
`;

/** MariaDB, and MySQL up to 5.6: the time only where the second changes. */
export const MARIADB_GENERAL_LOG = `mariadbd, Version: 10.11.19-MariaDB-log (Debian 12). started with:
Tcp port: 3306  Unix socket: /run/mysqld/mysqld.sock
Time\t\t    Id Command\tArgument
261122  9:10:01\t    10 Quit\t
\t\t    11 Connect\troot@localhost on  using Socket
\t\t    11 Query\tinsert into t
values (1),
\t\t(2)
\t\t    12 Query\tselect 2
mariadbd, Version: 10.11.19-MariaDB-log (Debian 12). started with:
Tcp port: 3306  Unix socket: /run/mysqld/mysqld.sock
Time\t\t    Id Command\tArgument
261122 10:10:02\t    11 Execute\tselect 3
\t\t    12 Prepare\tselect ?
`;
