/**
 * Slow logs as servers write them. Those of Percona Server and RDS are written by hand, from what their manuals and users
 * show: neither can be had for a test. The other forms are also tested on real servers.
 */

/** MySQL 5.7 on. */
export const MYSQL_LOG = `/usr/sbin/mysqld, Version: 8.0.36 (MySQL Community Server - GPL). started with:
Tcp port: 3306  Unix socket: /var/run/mysqld/mysqld.sock
Time                 Id Command    Argument
# Time: 2026-11-22T10:10:01.123456Z
# User@Host: app[app] @ web1.local [10.0.0.7]  Id:    17
# Query_time: 0.250000  Lock_time: 0.000086 Rows_sent: 1  Rows_examined: 20000
use shop;
SET timestamp=1795342200;
select * from orders where id = 1;
# Time: 2026-11-22T12:10:02.000500+02:00
# User@Host: app[app] @ web1.local [10.0.0.7]  Id: 123456
# Query_time: 1.500000  Lock_time: 0.000000 Rows_sent: 0  Rows_examined: 0
SET last_insert_id=7,insert_id=8,timestamp=1795342200;
insert into orders (note)
values ('ends with ;
and goes on;')
  # a comment; with a semicolon
;
# Time: 2026-11-22T10:10:03.000000Z
# User@Host: app[app] @ web1.local [10.0.0.7]  Id:    17
# Query_time: 0.000010  Lock_time: 0.000000 Rows_sent: 0  Rows_examined: 0
SET timestamp=1795342203;
# administrator command: Quit;
`;

/** `log_slow_extra` of MySQL 8.0.14 on. */
export const MYSQL_EXTRA_LOG = `# Time: 2026-11-22T10:10:01.123456Z
# User@Host: app[app] @ localhost []  Id:     8
# Query_time: 0.000377  Lock_time: 0.000003 Rows_sent: 3  Rows_examined: 4 Thread_id: 8 Errno: 0 Killed: 0 Bytes_received: 0 Bytes_sent: 134 Read_first: 0 Read_last: 0 Read_key: 2 Read_next: 0 Read_prev: 0 Read_rnd: 0 Read_rnd_next: 0 Sort_merge_passes: 0 Sort_range_count: 0 Sort_rows: 0 Sort_scan_count: 0 Created_tmp_disk_tables: 0 Created_tmp_tables: 0 Count_hit_tmp_table_size: 0  Start: 2026-11-22T10:10:01.123079Z End: 2026-11-22T10:10:01.123456Z
use shop;
SET timestamp=1795342201;
select 1;
# Time: 2026-11-22T10:10:02.000000Z
# User@Host: app[app] @ localhost []  Id:     8
# Query_time: 5.000000  Lock_time: 0.000003 Rows_sent: 0  Rows_examined: 4 Thread_id: 8 Errno: 3024 Killed: 0 Bytes_received: 0 Start: 2026-11-22T10:09:57.000000Z End: 2026-11-22T10:10:02.000000Z
SET timestamp=1795342197;
select sleep(10);
# Time: 2026-11-22T10:10:03.000000Z
# User@Host: app[app] @ localhost []  Id:     9
# Query_time: 0.100000  Lock_time: 0.000003 Rows_sent: 0  Rows_examined: 4 Thread_id: 9 Errno: 1213 Killed: 0 Bytes_received: 0
SET timestamp=1795342203;
update t set n = 1;
`;

/** Percona Server 5.5 to 8. */
export const PERCONA_LOG = `# Time: 130601  8:01:06.058915
# User@Host: root[root] @ localhost []  Id:    42
# Schema: imdb  Last_errno: 0  Killed: 0
# Query_time: 7.725616  Lock_time: 0.000328  Rows_sent: 4  Rows_examined: 1543720  Rows_affected: 0  Rows_read: 99
# Bytes_sent: 272  Tmp_tables: 0  Tmp_disk_tables: 0  Tmp_table_sizes: 0
# QC_Hit: No  Full_scan: Yes  Full_join: No  Tmp_table: No  Tmp_table_on_disk: No
# Filesort: No  Filesort_on_disk: No  Merge_passes: 0
#   InnoDB_IO_r_ops: 6415  InnoDB_IO_r_bytes: 105103360  InnoDB_IO_r_wait: 0.001279
#   InnoDB_rec_lock_wait: 0.000000  InnoDB_queue_wait: 0.000000
#   InnoDB_pages_distinct: 6430
# Log_slow_rate_type: query  Log_slow_rate_limit: 10
SET timestamp=1370073666;
SELECT id,title FROM title WHERE title = 'Bambi';
# User@Host: root[root] @ localhost []  Id:    42
# Schema: my db  Last_errno: 1317  Killed: 1
# Query_time: 0.012989  Lock_time: 0.000033  Rows_sent: 0  Rows_examined: 4079  Rows_affected: 0
# Bytes_sent: 161085
# Stored routine: world.improved_sp_log
SET timestamp=1370073667;
SELECT * FROM City;
# User@Host: [SQL_SLAVE] @  []  Id:    43
# Schema:   Last_errno: 0  Killed: 0
# Query_time: 0.012989  Lock_time: 0.000033  Rows_sent: 0  Rows_examined: 4079  Rows_affected: 12
# Bytes_sent: 161085
SET timestamp=1370073668;
DELETE FROM City;
`;

/** Amazon RDS opens the log anew each hour. */
export const RDS_LOG = `/rdsdbbin/mysql/bin/mysqld, Version: 5.7.44-log (Source distribution). started with:
Tcp port: 3306  Unix socket: /tmp/mysql.sock
Time                 Id Command    Argument
# Time: 2026-11-22T10:59:59.900000Z
# User@Host: rdsadmin[rdsadmin] @ localhost [127.0.0.1]  Id:     3
# Query_time: 0.000300  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 1
use mysql;
SET timestamp=1795345199;
SELECT 1;
/rdsdbbin/mysql/bin/mysqld, Version: 5.7.44-log (Source distribution). started with:
Tcp port: 3306  Unix socket: /tmp/mysql.sock
Time                 Id Command    Argument
# Time: 2026-11-22T11:00:01.000000Z
# User@Host: app[app] @  [10.0.0.7]  Id:     4
# Query_time: 0.000300  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 1
SET timestamp=1795345200.999700;
SELECT 2;
`;

/** MariaDB with \`log_slow_verbosity=query_plan,explain,engine\`. */
export const MARIADB_LOG = `mariadbd, Version: 10.11.19-MariaDB-log (Debian 12). started with:
Tcp port: 3306  Unix socket: /run/mysqld/mysqld.sock
Time		    Id Command	Argument
# User@Host: root[root] @ localhost []
# Thread_id: 18  Schema: shop  QC_hit: No
# Query_time: 0.651735  Lock_time: 0.000294  Rows_sent: 0  Rows_examined: 20000
# Rows_affected: 20000  Bytes_sent: 56
# Pages_accessed: 100465  Pages_read: 0  Pages_prefetched: 0  Pages_updated: 80560  Old_rows_read: 0
# Pages_read_time: 0.0000  Engine_time: 0.7609
# Tmp_tables: 1  Tmp_disk_tables: 0  Tmp_table_sizes: 0
# Stored_routine: \`shop\`.\`fill\`
# Full_scan: Yes  Full_join: No  Tmp_table: No  Tmp_table_on_disk: No
# Filesort: No  Filesort_on_disk: No  Merge_passes: 0  Priority_queue: No
#
# explain: id	select_type	table
# explain: 1	SIMPLE	seq_1_to_20000
#
use \`shop\`;
SET timestamp=1795342218;
insert into customers(name) select concat('Käufer ', seq) from seq_1_to_20000;
# Time: 261122 10:10:19
# User@Host: root[root] @ localhost []
# Thread_id: 19  Schema:   QC_hit: No
# Query_time: 0.000011  Lock_time: 0.000000  Rows_sent: 5  Rows_examined: 5
# Rows_affected: 0  Bytes_sent: 20
SET timestamp=1795342219;
select 1;
`;

/** Statements that hold what looks like a part of the log. */
export const TRICKY_LOG = `# Time: 2026-11-22T10:10:01.123456Z
# User@Host: app[app] @ localhost []  Id:    17
# Query_time: 0.000001  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
insert into pastes values ('a log
# Time: 2026-11-22T10:10:01.123456Z
# User@Host: app[app] @ localhost []  Id:    99
# Query_time: 9.000000  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
select 9
it said', "it''s \\" over");
# Time: 2026-11-22T10:10:01.200000Z
# User@Host: app[app] @ localhost []  Id:    17
# Query_time: 0.000002  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0
use \`odd db\`;
SET timestamp=1795342201;
SET timestamp=1;
# Time: 2026-11-22T10:10:01.200000Z
# User@Host: app[app] @ localhost []  Id:    17
# Query_time: 0.000003  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0
use other;
SET timestamp=1795342201;
use other;
# Time: 2026-11-22T10:10:01.200000Z
# User@Host: app[app] @ localhost []  Id:    17
# Query_time: 0.000004  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
CREATE PROCEDURE p() BEGIN
  select 1; -- don't
  # nor do I
  /* '; */
  select 2;
END;
# Time: 2026-11-22T10:10:01.200000Z
# User@Host: app[app] @ localhost []  Id:    17
# Query_time: 18446744073709.550781  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
;
# Time: 2026-11-22T10:10:01.200000Z
# User@Host: app[app] @ localhost []  Id:    17
# Query_time: 18446744073709.550781  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
select 'the clock was set back';
`;

/** What is left of records after accidents, between whole ones: the statements of whole ones are \`select <number>\`. */
export const DAMAGED_LOG = `\0\0\0\0garbage
# User@Host: app[app] @ localhost []
# Query_time: 0.000001  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
select 1;
# User@Host: app[app] @ localhost []
# Query_time: 0.000001  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
select 'cut in a lit
# User@Host: app[app] @ localhost []
# Query_time: 0.000001  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
select 2;
# User@Host: app[app] @ localhost []
# Query_time: 0.000001  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
select cut
# Time: 261122 10:10:19
# User@Host: app[app] @ localhost []
# Query_time: 0.000001  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
select 3;
\0\x01\x02 between records
# Time: 261122 10:10:20
# User@Host: app[app] @ localhost []
# Query_time: 0.000001  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
select 4;

# User@Host: app[app] @ localhost []
# Query_time: 0.000001  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
select 5;
# User@Host: app[app] @ localhost []
# User@Host: app[app] @ localhost []
# Query_time: 0.000001  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
select 6;
# User@Host: app[app] @ localhost []
# Query_time: 0.00x001  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
select unknown time;
# User@Host: app[app] @ localhost []
mariadbd, Version: 10.11.19-MariaDB-log (Debian 12). started with:
Tcp port: 3306  Unix socket: /run/mysqld/mysqld.sock
Time		    Id Command	Argument
# User@Host: app[app] @ localhost []
# Query_time: 0.000001  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
select 7;
# User@Host: app[app] @ localhost []
# Query_time: 0.000001  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0
SET timestamp=1795342201;
select 'cut at the end`;

export const ALL_LOGS: readonly string[] = [
  MYSQL_LOG,
  MYSQL_EXTRA_LOG,
  PERCONA_LOG,
  RDS_LOG,
  MARIADB_LOG,
  TRICKY_LOG,
  DAMAGED_LOG,
];
