import type { WellIndexedDatabase } from "./well-indexed-database.ts";

/** Times, places, trees and numbers. */
export const MEASUREMENTS: readonly WellIndexedDatabase[] = [
  {
    name: "calendar with ranges",
    setup: `
      create extension btree_gist;
      create table calendars (id int primary key, owner_id bigint not null);
      create index calendars_owner on calendars (owner_id);
      create table appointments (id bigint primary key, calendar_id int not null references calendars on delete cascade, during tstzrange not null, title text not null);
      create index appointments_during on appointments using gist (calendar_id, during);
      create index appointments_calendar on appointments (calendar_id);
      insert into calendars select i, i / 2 from generate_series(1, 4000) i;
      insert into appointments select i, 1 + i % 4000, tstzrange('2024-01-01'::timestamptz + i / 4000 * interval '7 hours', '2024-01-01'::timestamptz + i / 4000 * interval '7 hours' + interval '1 hour'), 'T' from generate_series(1, :n) i;`,
    workload: [
      "select * from appointments where calendar_id = 17 and during && tstzrange('2024-01-02', '2024-01-03')",
      "select exists (select 1 from appointments where calendar_id = 17 and during @> '2024-01-02 09:30'::timestamptz)",
      "select a.* from calendars c join appointments a on a.calendar_id = c.id where c.owner_id = 8 and a.during && tstzrange('2024-01-02', '2024-01-04')",
      "select count(*) from appointments where calendar_id = 18",
      "update appointments set title = 'new' where id = 5",
      "delete from appointments where id = 6",
    ],
  },
  {
    name: "tree as ltree",
    setup: `
      create extension ltree;
      create table categories (id int primary key, path ltree not null);
      create index categories_path on categories using gist (path);
      create unique index categories_path_key on categories (path);
      create table listings (id bigint primary key, category_id int not null references categories, title text not null, created_at timestamptz not null);
      create index listings_category on listings (category_id, created_at desc);
      insert into categories select i, ('top.a' || i % 20 || '.b' || i % 400 || '.c' || i)::ltree from generate_series(1, :n / 10) i;
      insert into listings select i, 1 + i * 7 % (:n / 10), 'L' || i, '2024-01-01'::timestamptz + i * interval '1 minute' from generate_series(1, :n) i;`,
    workload: [
      "select * from categories where path <@ 'top.a7.b7'",
      "select * from categories where path = 'top.a7.b7.c7'",
      "select l.* from categories c join listings l on l.category_id = c.id where c.path <@ 'top.a7.b7.c407'",
      "select * from listings where category_id = 17 order by created_at desc limit 20",
      "select * from categories where path @> 'top.a7.b7.c7'",
      "insert into listings values (-1, 17, 'x', now())",
    ],
  },
  {
    name: "tree as closure table",
    setup: `
      create table nodes (id int primary key, parent_id int references nodes, name text not null);
      create index nodes_parent on nodes (parent_id);
      create table closure (ancestor_id int not null references nodes on delete cascade, descendant_id int not null references nodes on delete cascade, depth int not null, primary key (ancestor_id, descendant_id));
      create index closure_descendant on closure (descendant_id, depth);
      insert into nodes select i, case when i > 1 then i / 4 + (i < 4)::int end, 'n' || i from generate_series(1, :n / 4) i;
      insert into closure with recursive up(d, a, depth) as (select id, id, 0 from nodes union all select d, parent_id, depth + 1 from up join nodes on id = a where parent_id is not null and parent_id <> a) select a, d, depth from up on conflict do nothing;`,
    workload: [
      "select n.* from closure c join nodes n on n.id = c.descendant_id where c.ancestor_id = 700",
      "select n.* from closure c join nodes n on n.id = c.ancestor_id where c.descendant_id = 1700 order by c.depth",
      "select * from nodes where parent_id = 70",
      "select count(*) from closure where ancestor_id = 500",
      "with recursive t as (select * from nodes where id = 900 union all select n.* from nodes n join t on n.parent_id = t.id) select count(*) from t",
      "update nodes set name = 'x' where id = 4",
      "delete from closure where descendant_id = 99",
    ],
  },
  {
    name: "time series",
    setup: `
      create table series (id int primary key, name text not null unique);
      create table samples (series_id int not null references series, at timestamptz not null, value double precision not null, primary key (series_id, at));
      create index samples_at on samples using brin (at);
      insert into series select i, 'cpu.host' || i from generate_series(1, 2000) i;
      insert into samples select 1 + i % 2000, '2024-01-01'::timestamptz + i / 2000 * interval '1 minute', random() from generate_series(0, :n * 2) i;`,
    workload: [
      "select at, value from samples where series_id = 17 and at >= '2024-01-01 00:10' and at < '2024-01-01 00:40' order by at",
      "select value from samples where series_id = 17 order by at desc limit 1",
      "select s.name, avg(v.value) from series s join samples v on v.series_id = s.id where s.name = 'cpu.host9' and v.at > '2024-01-01 00:20' group by s.name",
      "select date_trunc('minute', at), max(value) from samples where series_id = 17 group by 1",
      "insert into samples values (17, '2025-01-01', 0.5) on conflict do nothing",
      "select * from series where name = 'cpu.host17'",
    ],
  },
  {
    name: "internet of things",
    setup: `
      create table devices (id bigint primary key, serial text not null unique, owner_id bigint not null, last_seen timestamptz not null, online boolean not null);
      create index devices_owner on devices (owner_id);
      create index devices_silent on devices (last_seen) where online;
      create table readings (device_id bigint not null references devices, at timestamptz not null, metric smallint not null, value real not null) partition by hash (device_id);
      create table readings_0 partition of readings for values with (modulus 4, remainder 0);
      create table readings_1 partition of readings for values with (modulus 4, remainder 1);
      create table readings_2 partition of readings for values with (modulus 4, remainder 2);
      create table readings_3 partition of readings for values with (modulus 4, remainder 3);
      alter table readings add primary key (device_id, metric, at);
      insert into devices select i, 'SN' || i, i / 5, '2024-01-01'::timestamptz + i * interval '1 minute', i % 8 = 0 from generate_series(1, :n / 5) i;
      insert into readings select 1 + i % (:n / 5), '2024-01-01'::timestamptz + i * interval '1 second', (i / (:n / 5) % 3)::smallint, i % 90 from generate_series(1, :n) i;`,
    workload: [
      "select at, value from readings where device_id = 17 and metric = 1 and at > '2024-01-01' order by at desc limit 100",
      "select * from devices where serial = 'SN77'",
      "select id from devices where online and last_seen < '2024-01-01 02:00'",
      "select d.serial, r.value from devices d join lateral (select value from readings r where r.device_id = d.id and r.metric = 1 order by r.at desc limit 1) r on true where d.owner_id = 17",
      "update devices set last_seen = now() where id = 17",
      "insert into readings values (17, now(), 1, 3.5)",
    ],
  },
  {
    name: "geography without PostGIS",
    setup: `
      create table places (id bigint primary key, name text not null, location point not null, country char(2) not null);
      create index places_location on places using gist (location);
      create index places_country on places (country, name);
      create table visits (place_id bigint not null references places, user_id bigint not null, at timestamptz not null, primary key (place_id, user_id, at));
      create index visits_user on visits (user_id, at desc);
      insert into places select i, 'Place ' || i, point(random() * 180, random() * 90), chr(65 + i % 26) || chr(65 + i / 26 % 26) from generate_series(1, :n / 3) i;
      insert into visits select 1 + i % (:n / 3), i * 7 % (:n / 20), '2024-01-01'::timestamptz + i * interval '1 minute' from generate_series(1, :n) i;`,
    workload: [
      "select * from places where location <@ box(point(10, 10), point(11, 11))",
      "select * from places order by location <-> point(13, 52) limit 10",
      "select * from places where country = 'DA' order by name limit 20",
      "select p.name, v.at from visits v join places p on p.id = v.place_id where v.user_id = 17 order by v.at desc limit 10",
      "select count(distinct user_id) from visits where place_id = 7",
      "select * from places where id = 5",
      "insert into visits values (1, 1, now())",
    ],
  },
  {
    name: "A/B tests",
    setup: `
      create table experiments (id int primary key, key text not null unique, running boolean not null);
      create table assignments (experiment_id int not null references experiments, user_id bigint not null, variant smallint not null, assigned_at timestamptz not null, primary key (experiment_id, user_id));
      create index assignments_user on assignments (user_id);
      create table conversions (id bigint primary key, experiment_id int not null, user_id bigint not null, value numeric(10,2) not null, foreign key (experiment_id, user_id) references assignments);
      create index conversions_assignment on conversions (experiment_id, user_id);
      insert into experiments select i, 'exp-' || i, i % 9 = 0 from generate_series(1, 1500) i;
      insert into assignments select 1 + i % 1500, i, i % 2, now() from generate_series(1, :n) i;
      insert into conversions select i, 1 + i * 5 % 1500, i * 5, 9.99 from generate_series(1, :n / 5) i;`,
    workload: [
      "select variant from assignments where experiment_id = 17 and user_id = 16",
      "select a.variant, count(*), sum(c.value) from assignments a left join conversions c using (experiment_id, user_id) where a.experiment_id = 11 group by a.variant",
      "select e.key, a.variant from assignments a join experiments e on e.id = a.experiment_id where a.user_id = 16",
      "select * from experiments where key = 'exp-9'",
      "insert into assignments values (17, 99999999, 1, now()) on conflict do nothing",
      "insert into conversions values (-1, 17, 16, 1)",
    ],
  },
  {
    name: "parcel tracking",
    setup: `
      create table parcels (id bigint primary key, tracking text not null unique, recipient_id bigint not null, delivered_at timestamptz);
      create index parcels_recipient on parcels (recipient_id);
      create index parcels_underway on parcels (id) where delivered_at is null;
      create table scans (parcel_id bigint not null references parcels, at timestamptz not null, depot_id int not null, event text not null, primary key (parcel_id, at));
      create index scans_depot on scans (depot_id, at);
      insert into parcels select i, 'TR' || lpad(i::text, 12, '0'), i * 7 % (:n / 20), case when i % 40 > 0 then now() end from generate_series(1, :n / 2) i;
      insert into scans select p, '2024-01-01'::timestamptz + p * interval '1 minute' + s * interval '5 hours', (p + s) % 300, 'scan' from generate_series(1, :n / 2) p, generate_series(1, 3) s;`,
    workload: [
      "select p.delivered_at, s.at, s.event from parcels p join scans s on s.parcel_id = p.id where p.tracking = 'TR000000000077' order by s.at",
      "select * from parcels where recipient_id = 17",
      "select count(*) from scans where depot_id = 17 and at >= '2024-01-03' and at < '2024-01-04'",
      "select id from parcels where delivered_at is null order by id limit 100",
      "update parcels set delivered_at = now() where id = 12",
      "insert into scans values (12, now(), 17, 'out')",
    ],
  },
];
