/** What the statements below speak of. */
export const SCHEMA: readonly string[] = `
create table t (id int primary key auto_increment, a varchar(20), n int, j json, ts datetime, fulltext (a))
insert into t (a, n, j, ts) values ('a1', 1, '{"k": [1, 2]}', now()), ('a2', 2, '{}', now()), ('a3', 3, '[]', now())
create table u (id int primary key, t_id int)
create table \`Mixed Case\` (\`update\` int)
create table parts (id int) partition by range (id) (partition p0 values less than (10), partition p1 values less than maxvalue)
create view v as select * from t
create function adds(x int) returns int deterministic no sql return x + 1
create function looks() returns int reads sql data return (select count(*) from t)
create function writes() returns int deterministic modifies sql data begin insert into t (a) values ('w'); return 1; end
create function takes_lock() returns int no sql return get_lock('classifier', 0)
create function remembers() returns int no sql begin set @x = 3; return 1; end
create procedure calls() insert into t (a) values ('p')
`
  .trim()
  .split("\n");

/** Each runs as it stands on a replica, in a session of its own. What may be left has fixed names: `x`, `@x`, `p`, `classifier`. */
const BOTH = `
select 1
select * from t
SELECT id, a FROM t WHERE id = 3
select t.*, u.id from t left join u on (u.t_id = t.id) order by t.id limit 3 offset 1
select distinct a from t
select sql_no_cache * from t
select straight_join t.id from t join u using (id)
select high_priority id from t
select count(*), sum(n), avg(n), group_concat(distinct a order by a separator ',') from t group by a having count(*) > 0
select row_number() over (partition by a order by n) from t
select lag(n) over w from t window w as (partition by a order by id)
select a, count(*) from t group by a with rollup
select case when (n > 1) then 'x' else coalesce(a, '') end, if(n, 1, 2), ifnull(n, 0), nullif(n, 1) from t
select cast(n as char(10)), convert(n, decimal(10, 2)), cast('1' as signed), convert(a using utf8mb4) from t
select cast(now() as datetime(3)), now(6), current_timestamp(3), curdate(), utc_timestamp(), sysdate()
select extract(year from ts), date_format(ts, '%Y'), ts + interval 1 day, date_add(ts, interval (n + 1) hour) from t
select position('a' in a), substring(a from 1 for 2), trim(both 'a' from a), replace(a, 'a', 'b'), insert(a, 1, 1, 'z') from t
select left(a, 1), right(a, 1), char(65), mod(n, 2), n mod 2, n div 2, char_length(a), database(), schema() from t
select interval(n, 1, 2), greatest(1, n), least(2, n), field(a, 'x'), elt(1, 'a') from t
select * from t where n in (1, 2, 3) and a like 'a%' escape '|' and not (n between 4 and 5)
select * from t where exists (select 1 from u where u.t_id = t.id) or n = any (select 1) or n > all (select 5)
select * from t where (id, n) in ((1, 1), (2, 2))
select * from t where a regexp ('^a') or a rlike 'b' or n xor (1)
select * from t where match (a) against ('a1')
select * from t where match (a) against ('+a1' in boolean mode)
select json_extract(j, '$.k'), json_object('a', a), json_array(1, 2), json_unquote(json_extract(j, '$.k')) from t
select json_arrayagg(a), json_objectagg(id, a) from t
select * from json_table('[1, 2]', '$[*]' columns (i int path '$', o for ordinality)) as x
select * from t use index (primary) where id = 1
select * from t force index for join (primary) where id = 1
select * from t ignore index for order by (a) order by a
select * from parts partition (p0)
select * from t, (select 1 as z) as y
select * from v
(select 1)
(select 1) union all (select 2) order by 1
select 1 union select 2
with x as (select 1 as a) select * from x
with x(a, b) as (select 1, 2), y(c) as (select a from x) select * from x, y
with recursive r(i) as (select 1 union all select i + 1 from r where i < 3) select * from r
select * from (with x(a) as (select 1) select * from x) y
select * from t where id in (with x as (select 1) select * from x)
select \`t\`.\`a\`, \`lower\`('A') from \`t\`
select "for update", 'insert into t', "it's", 'a "b" c'
select 'it\\'s; delete from t', "x\\"y"
select 'it''s; delete from t'
select 'a\\\\'
select x'1F', b'101', 0x1f, n'abc', _utf8mb4'x'
select 1 as \`for update\`, 2 as \`into\`
select \`update\` from \`Mixed Case\`
select /* for update */ 1 -- into t
select 1 # delete from t
select 1 -- insert
select 5--1
select 1.5e3, .5, 1.e2
/* leading */ select 1
# leading
-- leading
select /*+ max_execution_time(1000) */ * from t
select 1;
select 1; select 2
select @@version, @@global.max_connections, @@session.sql_mode
select version(), user(), current_user(), current_user, charset('a'), collation('a')
select rand(), rand(3), uuid(), uuid_short()
select sleep(0.001), benchmark(1, 1 + 1)
select sha2('a', 256), crc32('a'), hex('a'), to_base64('a')
select inet_aton('1.2.3.4'), inet6_ntoa(inet6_aton('::1'))
select st_astext(point(1, 2)), st_distance(point(0, 0), point(1, 1))
select a collate utf8mb4_bin from t
select * from t limit 1, 2
select table_name from information_schema.tables where table_schema = database()
select count(*) from performance_schema.threads
select adds(1)
select looks()
select writes()
select takes_lock()
select remembers()
select adds (n), writes() from t
select \`adds\`(1)
show tables
show full tables
show columns from t
show full columns from t
show fields from t like 'a%'
show index from t
show keys from t
show create table t
show create view v
show databases
show table status like 't'
show triggers
show procedure status where db = database()
show function status where db = database()
show variables like 'sql_mode'
show global variables like 'max_connections'
show session status like 'Questions'
show status like 'Uptime'
show collation like 'utf8mb4_bin'
show character set
show engines
show plugins
show grants
show open tables
show warnings
show errors
show count(*) warnings
show processlist
show full processlist
show binary logs
show engine innodb status
desc t
describe t a
explain t
explain select * from t
explain format=json select * from t where id in (1, 2)
explain select adds(1)
explain insert into t (a) values ('e')
explain update t set n = 1
explain delete from t
checksum table t
select * from t for update
select * from t where id in (select id from t for update)
select * from t lock in share mode
select * from t LOCK /* x */ IN SHARE MODE
select * from (select * from t lock in share mode) y
select * from t FOR/**/UPDATE
select * from t where id = 1 for update nowait
select * from t for update skip locked
select 1 into @x
select a into @x from t limit 1
select a from t limit 1 into @x
select @x := 1
select @x
select @x:=n from t
select * from t where (@x := 1) = 1
select * from t into outfile 'classifier.out'
select a into dumpfile 'classifier.dump' from t limit 1
select sql_calc_found_rows * from t limit 1
select found_rows(), row_count()
select last_insert_id()
select last_insert_id(5)
select @@last_insert_id, @@identity, @@warning_count
select connection_id()
select get_lock('classifier', 0)
select GET_LOCK ('classifier', 0)
select * from t where get_lock('classifier', 0) = 1
select release_lock('classifier')
select release_all_locks()
select is_free_lock('classifier')
select is_used_lock('classifier')
select load_file('/etc/hostname')
do get_lock('classifier', 0)
do 1
set @x = 1
set session sql_mode = ''
set sql_mode = ''
set names latin1
set autocommit = 0
set transaction isolation level serializable
set session transaction read only
set role none
set timestamp = 1
use information_schema
begin
start transaction
start transaction read only
start transaction with consistent snapshot
begin; select 1; commit
commit
rollback
savepoint y
release savepoint y
xa start 'x'
xa recover
lock tables t read
lock tables t write
unlock tables
handler t open
handler t open; handler t read first; handler t close
prepare p from 'select 1'
prepare p from 'insert into t (a) values (1)'
prepare p from 'select 1'; execute p; deallocate prepare p
prepare p from 'select get_lock(''classifier'', 0)'; execute p
create temporary table x (a int)
create temporary table x as select 1 as a
create temporary table x select * from t
create table y (a int)
create table y as select 1 as a
create index y on t (n)
create or replace view v as select 1
alter table t add z int
drop table t
drop temporary table if exists x
truncate table t
rename table t to y
insert into t (a) values ('x')
/* hint */ insert into t (a) values ('x')
insert into t (a) select a from t
insert into t (id, a) values (1, 'x') on duplicate key update a = 'y'
insert into t set a = 'x'
insert ignore into t (id) values (1)
replace into t (id, a) values (1, 'x')
replace t set id = 1
update t set a = ''
update t, u set t.a = '' where t.id = u.id
delete from t
delete t from t join u on t.id = u.id
select 1; delete from t
begin; create table y (a int); select 1
load data infile '/etc/hostname' into table t (a)
/*!50000 delete from t */
/*! set @x = 1 */
select 1 /*! into @x */
select /*!50000 get_lock('classifier', 0) */
select /*!40001 sql_no_cache */ * from t
optimize table t
analyze table t
check table t
repair table t
flush tables
flush tables t with read lock
flush status
flush logs
kill 0
call calls()
do adds(1)
help 'select'
signal sqlstate '45000'
install plugin x soname 'y'
grant select on t to nobody
create user nobody
set global max_connections = 152
purge binary logs to 'x'
`;

const MYSQL = `
table t
values row(1, 'a'), row(2, 'b')
select * from (values row(1, 2)) as x(a, b)
select * from (values row(1), row(2)) x(a)
select * from t, lateral (select t.n + 1 as m) y
with x as (select 1 as i) update t set n = (select i from x)
with x as (select 1 as i) delete from t where id in (select i from x)
explain format=tree select * from t
explain analyze select * from t
explain analyze select adds(1)
explain analyze delete from t
explain for connection 1
explain format=json into @x select * from t
select * from t for share
select * from t for share of t skip locked
select * from t for update of t
table t for update
table t into @x
select any_value(a), grouping(a) from t group by a with rollup
select uuid_to_bin(uuid()), bin_to_uuid(uuid_to_bin(uuid())), is_uuid('x')
select j -> '$.k', j ->> '$.k', 1 member of ('[1]') from t
select regexp_like(a, '^a'), json_overlaps(j, '[]'), st_longitude(st_srid(point(1, 2), 4326)) from t
select /*+ set_var(sort_buffer_size = 16M) */ * from t order by a
select ps_current_thread_id()
select wait_for_executed_gtid_set('', 0)
select gtid_subset('', ''), statement_digest('select 1')
show replica status
show binary log status
show privileges
show events
set persist max_connections = 153
set resource group x
lock instance for backup
reset persist
import table from 'x'
select * from t where a = "x" and b("y")
select "get_lock"('classifier', 0)
select 1 into dumpfile '/nowhere/x'
`;

const MARIADB = `
values (1, 'a'), (2, 'b')
with x as (select 1 as i) select * from x, (values (1), (2)) as y
analyze select * from t
analyze format=json select * from t
analyze select adds(1)
analyze update t set n = 1
explain extended select * from t
select nextval(s)
select next value for s
select lastval(s)
select previous value for s
select setval(s, 50)
select next_not_cached_value from s
select * from h for system_time as of now()
select * from h for system_time as of timestamp (now())
select * from h for system_time all
set statement max_statement_time = 1 for select 1
set statement max_statement_time = 1 for insert into t (a) values ('x')
begin not atomic insert into t (a) values ('x'); end
begin not atomic select get_lock('classifier', 0); end
execute immediate 'select 1'
execute immediate 'insert into t (a) values (1)'
select sql_buffer_result * from t
select * from t limit rows examined 100
select * from t procedure analyse()
select md5('a'), sha1('a')
select median(n) over (partition by a) from t
select percentile_cont(0.5) within group (order by n) over (partition by a) from t
select nvl(a, 'x'), nvl2(a, 1, 2), json_query(j, '$.k'), json_value(j, '$.k') from t
select column_get(column_create('a', 1), 'a' as int)
select json_detailed(j), chr(65), to_char(now(), 'YYYY') from t
select regexp_replace(a, 'a', 'b'), crc32c('a'), natural_sort_key(a), sformat('{}', a) from t
select master_gtid_wait('', 0)
select @@gtid_current_pos, @@in_transaction
select * from t for update wait 1
select * from t lock in share mode nowait
select * from t lock in share mode skip locked
select encrypt('a'), decode_histogram('SINGLE_PREC_HB', 'x')
show slave status
show master status
show user_statistics
show authors
reset query cache
show explain for 1
/*M! set @x = 1 */
select 1 /*M!100000 into @x */
select row(1, 2) = (1, 2), (select 1) in (1)
create or replace temporary table x (a int)
create temporary sequence x
create sequence y
backup stage start
delete from t returning id
insert into t (a) values ('x') returning id
change master to master_delay = 0
`;

function statements(text: string): readonly string[] {
  return text.trim().split("\n");
}

export const STATEMENTS: Readonly<Record<"mysql" | "mariadb", readonly string[]>> = {
  mysql: statements(BOTH + MYSQL.trimStart()),
  mariadb: statements(BOTH + MARIADB.trimStart()),
};

/** Sequences and tables with history are MariaDB's own. */
export const MARIADB_SCHEMA: readonly string[] = [
  "create sequence s",
  "select nextval(s)",
  "create table h (id int) with system versioning",
];
