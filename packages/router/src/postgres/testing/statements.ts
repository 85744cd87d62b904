/** What the statements below speak of. */
export const SCHEMA = `
  create table t (id int primary key, a text, n int, j jsonb, ts timestamptz, tags text[]);
  insert into t select i, 'a' || i, i, '{"k": [1, 2]}', now(), array['x', 'y'] from generate_series(1, 5) i;
  create table u (id int primary key, t_id int references t);
  create table "Mixed Case" ("update" int);
  create sequence s;
  select nextval('s');
  create view v as select * from t;
  create materialized view mv as select * from t;
  create type mood as enum ('good', 'bad');
  create function adds(int) returns int immutable language sql return $1 + 1;
  create function reads() returns bigint stable language sql as 'select count(*) from t';
  create function writes() returns int language sql as 'insert into t (id) values (99) returning id';
  create function volatile_only() returns int language sql as 'select 1';
  create function locks() returns void language plpgsql as 'begin perform pg_advisory_lock(77); end';
  create procedure calls() language sql as 'insert into t (id) values (98)';
  create schema other;
  create function other.now() returns timestamptz language plpgsql as 'begin perform pg_advisory_lock(78); return null; end';
`;

/** Each runs as it stands on a standby, in a session of its own, as a superuser. */
export const STATEMENTS: readonly string[] = `
select 1
select * from t
SELECT id, a FROM t WHERE id = 3
select t.*, u.id from t left join u on (u.t_id = t.id) order by t.id limit 3 offset 1
select distinct a from t
select distinct on (a) a, lower(a) from t
select count(*), sum(n), avg(n) from t group by a having count(*) > 0
select count(*) filter (where n > 1) from t
select row_number() over (partition by a order by n) from t
select lag(n) over w from t window w as (partition by a order by id)
select percentile_cont(0.5) within group (order by n) from t
select string_agg(a, ',' order by id) from t
select array_agg(distinct n) from t
select grouping(a), count(*) from t group by rollup (a)
select a, n, count(*) from t group by grouping sets ((a), (n))
select a, count(*) from t group by cube (a, n)
select case when (n > 1) then 'x' else coalesce(a, '') end from t
select cast(n as varchar(10)), n::numeric(10, 2), 'x'::char(3) from t
select extract(year from ts), date_trunc('day', ts), now() from t
select current_timestamp(3), localtime, current_user, current_date
select position('a' in a), substring(a from 1 for 2), overlay(a placing 'b' from 1), trim(both 'a' from a) from t
select greatest(1, n), least(2, n), nullif(n, 1) from t
select interval '1 day', timestamp '2020-01-01 00:00', date '2020-01-01'
select * from t where n in (1, 2, 3) and a like 'a%' and not (n between 4 and 5)
select * from t where exists (select 1 from u where u.t_id = t.id) or n = any (array[1, 2])
select * from t where (id, n) in ((1, 1), (2, 2))
select * from t where a ilike ('A%') or a similar to ('a.') or a ~ '^a'
select j -> 'k' ->> 0, j #>> '{k,0}', j @> '{"k": [1]}', j ? 'k' from t
select jsonb_array_elements(j -> 'k') from t
select jsonb_build_object('a', a), json_agg(t), to_jsonb(t) from t group by t.*, a
select * from jsonb_to_recordset('[{"a": 1}]') as x(a int)
select * from generate_series(1, 3) g(i)
select * from generate_series(1, 3) as g(i), unnest(array[1, 2]) with ordinality as x(v, o)
select * from unnest(array[1, 2], array['a', 'b']) x(a, b)
select * from rows from (generate_series(1, 2), generate_series(1, 3)) r(a, b)
select * from t, lateral (select n + 1 as m) l
select * from t cross join lateral unnest(tags) as tag
select * from t tablesample bernoulli (50) repeatable (1)
select * from only t
select * from v
select * from mv
table t
(table t)
values (1, 'a'), (2, 'b')
select * from (values (1, 'a'), (2, 'b')) as x(a, b)
select * from (values (1), (2)) x(a)
select 1 union select 2
(select 1) union all (select 2) except (select 3) intersect select 4
with x as (select 1 as a) select * from x
with x(a, b) as (values (1, 2)), y(c) as (select a from x) select * from x, y
with recursive r(i) as (select 1 union all select i + 1 from r where i < 3) select * from r
with recursive r as (select 1 as i union all select i + 1 from r where i < 3) search depth first by i set o select * from r
with x as materialized (select 1) select * from x
with x as not materialized (select 1) select * from x
select * from (with x(a) as (select 1) select * from x) y
select array(select id from t), row(1, 2), array[1, 2]
select pg_typeof(1), version(), current_setting('work_mem'), current_database()
select pg_catalog.lower('A'), pg_catalog.now()
select "lower"('A'), "t"."a" from "t"
select 'for update', 'insert into t', $$ delete from t; $$, $x$ nextval('s') $x$
select E'it\\'s; delete from t', 'x'
select 'it''s; delete from t'
select U&'d\\0061ta', B'101', X'1F'
select 1 as "for update", 2 as "into"
select 1 as update
select "update" from "Mixed Case"
select /* for update */ 1 -- into t
select /* a /* nested; delete */ comment */ 1
/* leading */ select 1
-- leading
select 1;
select 1; select 2
select lower(a) as insert from t
select * from t order by id fetch first 2 rows only
select * from t order by id fetch first 2 rows with ties
select null is document, a collate "C" from t
select * from t where ts at time zone ('UTC') < now() - interval '1 hour'
select xmlelement(name x, 1), xmlforest(1 as a)
select * from xmltable('/a' passing '<a>1</a>' columns b int path '.')
select json_object('a' value 1), json_array(1, 2)
select to_tsvector('english', a) @@ to_tsquery('english', 'a1') from t
select has_table_privilege('t', 'select'), to_regclass('t'), obj_description('t'::regclass)
select pg_get_viewdef('v'), pg_get_indexdef('t_pkey'::regclass), format_type(23, null)
select pg_relation_size('t'), pg_total_relation_size('t'), pg_size_pretty(pg_database_size(current_database()))
select random(), gen_random_uuid(), clock_timestamp(), timeofday()
select pg_sleep(0.001)
select pg_is_in_recovery(), pg_last_wal_replay_lsn()
select relname from pg_class where relkind = 'r'
select * from pg_stat_activity
select * from pg_stat_user_tables
select * from information_schema.tables
select last_value from s
select adds(1)
select reads()
select other.now()
select volatile_only()
select writes()
select locks()
select adds(n), writes() from t
show work_mem
show all
show transaction_read_only
explain select * from t
explain (analyze, verbose, format json) select * from t
explain analyze select adds(1)
explain (costs off) table t
explain verbose with x as (select 1) select * from x
explain insert into t (id) values (50)
explain analyze insert into t (id) values (50)
explain (analyze) delete from t
explain (analyze false) update t set a = ''
explain select nextval('s')
explain analyze select nextval('s')
copy t to stdout
copy t (id, a) to stdout (format csv)
copy (select id from t where n > 1) to stdout with (format csv, header)
copy (select nextval('s')) to stdout
copy (insert into t (id) values (51) returning id) to stdout
copy t from stdin
copy t to '/tmp/dbadvise-classifier-copy'
copy (select 1) to program 'cat > /dev/null'
copy t from program 'true'
select * from t for update
select * from t for no key update
select * from t for share
select * from t for key share skip locked
select * from t where id in (select id from t for update)
select * from (select * from t for share) x
with x as (select * from t for update) select * from x
select * from t FOR /* x */ UPDATE OF t nowait
select 1 into x
select * into temp x from t
select * into table x from t
create table x as select 1
create temp table x (a int)
create temporary table x as select 1
create index on t (n)
create view x as select 1
create or replace function f() returns int language sql return 1
create unlogged table x (a int)
create table x (a int)
alter table t add z int
alter system set work_mem = '5MB'
drop table t
truncate t
comment on table t is 'x'
grant select on t to public
insert into t (id) values (60)
/* hint */ insert into t (id) values (60)
insert into t (id) select 61 returning id
update t set a = ''
delete from t
merge into t using u on (t.id = u.id) when matched then delete
with x as (insert into t (id) values (62) returning id) select * from x
with x as (update t set n = 1 returning id) select * from x
with x as (delete from t returning id) select * from x
with x as (select 1) insert into t (id) select 63 from x
with x as (select 1 as i) update t set n = i from x
with x as (select 1) delete from t
with recursive r(a) as (select 1 union all select a + 1 from r where a < 3) search depth first by a set o insert into t (id) select a + 200 from r
select * from (values (1)) x; delete from t
begin; create table x (a int); select 1
refresh materialized view mv
vacuum t
analyze t
cluster t
reindex table t
checkpoint
lock table t
begin; lock table t in row exclusive mode
begin; lock table t in access share mode
select nextval('s')
select "nextval"('s')
select pg_catalog.nextval('s')
select setval('s', 5)
select currval('s')
select lastval()
select id from t where n = nextval('s')
select (select nextval('s'))
select * from nextval('s') as x(a)
select distinct on (a) nextval('s') from t
select set_config('work_mem', '5MB', false)
select set_config('work_mem', '5MB', true)
select setseed(0.5)
select pg_advisory_lock(1)
select pg_advisory_lock_shared(1)
select pg_try_advisory_lock(1)
select pg_try_advisory_lock_shared(1, 2)
select pg_advisory_xact_lock(1)
select pg_try_advisory_xact_lock(1)
select PG_ADVISORY_LOCK (3)
select "pg_advisory_lock"(4)
select pg_advisory_unlock_all()
select pg_backend_pid()
select pg_export_snapshot()
select pg_stat_reset()
select pg_stat_reset_shared('bgwriter')
select pg_stat_reset_single_table_counters('t'::regclass)
select pg_stat_clear_snapshot()
select pg_notify('c', 'x')
select pg_current_wal_lsn()
select pg_walfile_name('0/1')
select txid_current()
select pg_current_xact_id()
select txid_current_if_assigned()
select pg_wal_replay_pause()
select pg_wal_replay_resume()
select pg_reload_conf()
select pg_rotate_logfile()
select pg_cancel_backend(0)
select pg_terminate_backend(0)
select pg_create_physical_replication_slot('classifier')
select pg_drop_replication_slot('classifier')
select pg_create_restore_point('x')
select pg_switch_wal()
select pg_logical_emit_message(false, 'a', 'b')
select pg_log_backend_memory_contexts(pg_backend_pid())
select pg_read_file('PG_VERSION')
select pg_ls_dir('.')
select lo_creat(-1)
select lo_create(0)
select lo_import('/etc/hostname')
select lo_unlink(1)
select query_to_xml('select pg_advisory_lock(9)', true, true, '')
select ts_stat('select to_tsvector(''a'')')
select * from ts_stat('select pg_advisory_lock(10)::text::tsvector')
select u&"pg_advisory\\005flock"(11)
select * from t x(a1, a2)
set work_mem = '6MB'
set local work_mem = '6MB'
set session characteristics as transaction read only
set transaction isolation level serializable
set role none
reset work_mem
reset all
discard all
begin
begin read write
begin isolation level serializable
begin; select 1; commit
start transaction read only
savepoint x
commit
rollback
end
abort
prepare p as select 1
prepare p as insert into t (id) values (70)
prepare transaction 'x'
prepare p as select 1; execute p
deallocate all
declare c cursor for select 1
declare c cursor with hold for select 1
begin; declare c cursor for select 1; fetch 1 from c
close all
listen c
unlisten *
notify c
load 'plpgsql'
do 'begin perform 1; end'
do 'begin perform pg_advisory_lock(12); end'
do $$ begin insert into t (id) values (71); end $$
call calls()
security label on table t is 'x'
import foreign schema x from server y into z
drop owned by current_user
reassign owned by current_user to current_user
`
  .trim()
  .split(/(?<!^-- leading)\n/m);
