import type { WellIndexedDatabase } from "./well-indexed-database.ts";

/** What applications run on: tenants, permissions, queues, sessions, logs. */
export const OPERATIONS: readonly WellIndexedDatabase[] = [
  {
    name: "multi-tenant SaaS",
    setup: `
      create table tenants (id int primary key, subdomain text not null unique);
      create table users (tenant_id int not null references tenants, id bigint not null, email text not null, primary key (tenant_id, id));
      create unique index users_email on users (tenant_id, lower(email));
      create table projects (tenant_id int not null references tenants, id bigint not null, name text not null, primary key (tenant_id, id));
      create table tasks (tenant_id int not null, id bigint not null, project_id bigint not null, assignee_id bigint, state text not null, due_on date, created_at timestamptz not null, primary key (tenant_id, id), foreign key (tenant_id, project_id) references projects, foreign key (tenant_id, assignee_id) references users);
      create index tasks_project on tasks (tenant_id, project_id, created_at desc);
      create index tasks_assignee on tasks (tenant_id, assignee_id) where state <> 'done';
      create index tasks_assignee_all on tasks (tenant_id, assignee_id, created_at desc);
      insert into tenants select i, 't' || i from generate_series(1, 2000) i;
      insert into users select 1 + i % 2000, i, 'User' || i || '@example.com' from generate_series(1, :n / 5) i;
      insert into projects select 1 + i % 2000, i, 'P' || i from generate_series(1, :n / 5) i;
      insert into tasks select t, i, p, p, case when i % 4 = 0 then 'open' else 'done' end, '2024-01-01'::date + i % 90, now() - i * interval '1 minute' from (select i, 1 + i * 7 % (:n / 5) as p, 1 + (1 + i * 7 % (:n / 5)) % 2000 as t from generate_series(1, :n) i) s;`,
    workload: [
      "select * from tenants where subdomain = 't17'",
      "select * from users where tenant_id = 17 and lower(email) = lower('USER16@example.com')",
      "select * from tasks where tenant_id = 17 and project_id = 16 order by created_at desc limit 50",
      "select count(*) from tasks where tenant_id = 17 and assignee_id = 16 and state <> 'done'",
      "select * from tasks where tenant_id = 17 and assignee_id = 16 order by created_at desc limit 20",
      "select * from projects where tenant_id = 17 order by name",
      "update tasks set state = 'done' where tenant_id = 17 and id = 16",
      "select t.id, u.email from tasks t join users u on u.tenant_id = t.tenant_id and u.id = t.assignee_id where t.tenant_id = 17 and t.project_id = 16",
    ],
  },
  {
    name: "queue with SKIP LOCKED",
    setup: `
      create table jobs (id bigint generated always as identity primary key, queue text not null, state text not null, run_at timestamptz not null, attempts int not null, payload jsonb not null, locked_at timestamptz);
      create index jobs_ready on jobs (queue, run_at) where state = 'ready';
      create index jobs_locked on jobs (locked_at) where state = 'running';
      insert into jobs (queue, state, run_at, attempts, payload, locked_at) select 'q' || i % 5, case when i > :n * 0.98 then 'ready' when i > :n * 0.975 then 'running' else 'done' end, now() - (:n - i) * interval '1 second', 0, '{}', case when i > :n * 0.975 then now() end from generate_series(1, :n) i;`,
    workload: [
      "select id, payload from jobs where state = 'ready' and queue = 'q3' and run_at <= now() order by run_at limit 10 for update skip locked",
      "update jobs set state = 'running', locked_at = now() where id = 100",
      "update jobs set state = 'done' where id = 100",
      "select count(*) from jobs where state = 'ready' and queue = 'q3'",
      "update jobs set state = 'ready', locked_at = null where state = 'running' and locked_at < now() - interval '1 hour'",
      "insert into jobs (queue, state, run_at, attempts, payload) values ('q1', 'ready', now(), 0, '{}')",
      "delete from jobs where id = 7",
    ],
  },
  {
    name: "event log with BRIN and partitions",
    setup: `
      create table events (id bigint not null, at timestamptz not null, device_id int not null, kind text not null, body jsonb not null, primary key (id, at)) partition by range (at);
      create table events_2024_01 partition of events for values from ('2024-01-01') to ('2024-02-01');
      create table events_2024_02 partition of events for values from ('2024-02-01') to ('2024-03-01');
      create table events_2024_03 partition of events for values from ('2024-03-01') to ('2024-04-01');
      create table events_rest partition of events default;
      create index events_at on events using brin (at) with (pages_per_range = 1);
      create index events_device on events (device_id, at desc);
      insert into events select i, '2024-01-01'::timestamptz + i * interval '86 days' / :n, i * 37 % (:n / 50), 'k' || i % 9, '{}' from generate_series(1, :n) i;`,
    workload: [
      "select count(*), kind from events where at >= '2024-02-03' and at < '2024-02-04' group by kind",
      "select * from events where device_id = 17 order by at desc limit 20",
      "select * from events where device_id = 17 and at >= '2024-02-01' and at < '2024-02-20'",
      "select * from events where id = 100 and at = '2024-01-02 00:00:00'",
      "insert into events values (-1, '2024-03-05', 17, 'k1', '{}')",
      "select date_trunc('hour', at), count(*) from events where at >= '2024-03-01' and at < '2024-03-02' group by 1",
    ],
  },
  {
    name: "audit log",
    setup: `
      create table audit (id bigint generated always as identity primary key, at timestamptz not null, actor_id bigint not null, object_type text not null, object_id bigint not null, action text not null, detail jsonb);
      create index audit_object on audit (object_type, object_id, at desc);
      create index audit_actor on audit (actor_id, at desc);
      create index audit_at on audit using brin (at) with (pages_per_range = 1);
      insert into audit (at, actor_id, object_type, object_id, action) select '2024-01-01'::timestamptz + i * interval '1 minute', i * 31 % (:n / 40), 'type' || i % 6, i * 7 % (:n / 10), 'update' from generate_series(1, :n) i;`,
    workload: [
      "select * from audit where object_type = 'type3' and object_id = 17 order by at desc limit 50",
      "select * from audit where actor_id = 17 order by at desc limit 50",
      "select * from audit where actor_id = 17 and at > '2024-01-20' order by at desc",
      "insert into audit (at, actor_id, object_type, object_id, action) values (now(), 1, 'type1', 2, 'insert')",
      "select * from audit where id = 55",
      "select count(*) from audit where at >= '2024-01-05' and at < '2024-01-06'",
    ],
  },
  {
    name: "role-based access control",
    setup: `
      create table users (id bigint primary key, login text not null unique);
      create table roles (id int primary key, name text not null unique);
      create table permissions (id int primary key, name text not null unique);
      create table user_roles (user_id bigint not null references users on delete cascade, role_id int not null references roles, primary key (user_id, role_id));
      create index user_roles_role on user_roles (role_id);
      create table role_permissions (role_id int not null references roles on delete cascade, permission_id int not null references permissions, primary key (role_id, permission_id));
      create index role_permissions_permission on role_permissions (permission_id);
      insert into users select i, 'login' || i from generate_series(1, :n) i;
      insert into roles select i, 'role' || i from generate_series(1, 400) i;
      insert into permissions select i, 'perm' || i from generate_series(1, 1500) i;
      insert into user_roles select i, 1 + i * 7 % 400 from generate_series(1, :n) i;
      insert into role_permissions select r, 1 + (r * 13 + k * 41) % 1500 from generate_series(1, 400) r, generate_series(1, 30) k on conflict do nothing;`,
    workload: [
      "select p.name from user_roles ur join role_permissions rp on rp.role_id = ur.role_id join permissions p on p.id = rp.permission_id where ur.user_id = 77",
      "select exists (select 1 from user_roles ur join role_permissions rp using (role_id) join permissions p on p.id = rp.permission_id where ur.user_id = 77 and p.name = 'perm12')",
      "select * from users where login = 'login55'",
      "select r.name from user_roles ur join roles r on r.id = ur.role_id where ur.user_id = 77",
      "select count(*) from user_roles where role_id = 8",
      "delete from user_roles where user_id = 77 and role_id = 8",
      "insert into user_roles values (5, 9) on conflict do nothing",
    ],
  },
  {
    name: "feature flags",
    setup: `
      create table flags (id int primary key, key text not null unique, enabled boolean not null);
      create table overrides (flag_id int not null references flags on delete cascade, account_id bigint not null, enabled boolean not null, primary key (flag_id, account_id));
      create index overrides_account on overrides (account_id);
      insert into flags select i, 'flag.' || i, i % 2 = 0 from generate_series(1, 1500) i;
      insert into overrides select 1 + i % 1500, i / 5, i % 3 = 0 from generate_series(1, :n) i;`,
    workload: [
      "select enabled from flags where key = 'flag.7'",
      "select f.key, o.enabled from overrides o join flags f on f.id = o.flag_id where o.account_id = 77",
      "select enabled from overrides where flag_id = 7 and account_id = 77",
      "insert into overrides values (7, 77, true) on conflict (flag_id, account_id) do update set enabled = excluded.enabled",
      "update flags set enabled = false where key = 'flag.9'",
      "select count(*) from overrides where flag_id = 7",
    ],
  },
  {
    name: "job scheduler",
    setup: `
      create table schedules (id int primary key, name text not null unique, next_run timestamptz not null, enabled boolean not null);
      create index schedules_next on schedules (next_run) where enabled;
      create table runs (id bigint primary key, schedule_id int not null references schedules, started_at timestamptz not null, finished_at timestamptz, failed boolean not null);
      create index runs_schedule on runs (schedule_id, started_at desc);
      create index runs_unfinished on runs (started_at) where finished_at is null;
      create index runs_failed on runs (schedule_id, started_at desc) where failed;
      insert into schedules select i, 's' || i, '2024-06-01'::timestamptz + i * interval '1 minute', i % 4 > 0 from generate_series(1, 3000) i;
      insert into runs select i, 1 + i * 7 % 3000, '2024-01-01'::timestamptz + i * interval '1 minute', case when i % 200 > 0 then now() end, i % 50 = 1 from generate_series(1, :n) i;`,
    workload: [
      "select id, name from schedules where enabled and next_run <= '2024-06-01 00:30' order by next_run limit 20 for update skip locked",
      "select * from runs where schedule_id = 17 order by started_at desc limit 10",
      "select id from runs where finished_at is null and started_at < '2024-01-03'",
      "select started_at from runs where schedule_id = 17 and failed order by started_at desc limit 1",
      "update runs set finished_at = now() where id = 5",
      "update schedules set next_run = now() where id = 17",
    ],
  },
  {
    name: "sessions with a time to live",
    setup: `
      create table sessions (token bytea primary key, user_id bigint not null, expires_at timestamptz not null, data jsonb not null);
      create index sessions_user on sessions (user_id);
      create index sessions_expiry on sessions (expires_at);
      insert into sessions select sha256(i::text::bytea), i / 3, '2024-01-01'::timestamptz + i * interval '1 minute', '{}' from generate_series(1, :n) i;`,
    workload: [
      "select data from sessions where token = sha256('77') and expires_at > '2024-01-01'",
      "delete from sessions where expires_at < '2024-01-01 05:00'",
      "delete from sessions where user_id = 55",
      "update sessions set expires_at = now() where token = sha256('78')",
      "insert into sessions values (sha256('x'), 5, now(), '{}') on conflict (token) do nothing",
      "select count(*) from sessions where user_id = 55",
    ],
  },
  {
    name: "soft delete with partial indexes",
    setup: `
      create table files (id bigint primary key, folder_id bigint not null, name text not null, size bigint not null, deleted_at timestamptz);
      create unique index files_name on files (folder_id, name) where deleted_at is null;
      create index files_purge on files (deleted_at) where deleted_at is not null;
      insert into files select i, i * 7 % (:n / 20), 'file' || i, i % 5000, case when i % 10 = 0 then '2024-01-01'::timestamptz + i * interval '1 minute' end from generate_series(1, :n) i;`,
    workload: [
      "select * from files where folder_id = 17 and deleted_at is null order by name",
      "select id from files where folder_id = 17 and name = 'file77' and deleted_at is null",
      "delete from files where deleted_at is not null and deleted_at < '2024-01-02'",
      "update files set deleted_at = now() where id = 5",
      "select count(*), sum(size) from files where folder_id = 17 and deleted_at is null",
      "select * from files where id = 8",
    ],
  },
  {
    name: "api keys with hash lookup",
    setup: `
      create table accounts (id int primary key, name text not null);
      create table api_keys (id bigint primary key, account_id int not null references accounts, digest bytea not null unique, revoked_at timestamptz);
      create index api_keys_account on api_keys (account_id);
      create table usage (key_id bigint not null references api_keys, day date not null, requests bigint not null, primary key (key_id, day));
      insert into accounts select i, 'A' || i from generate_series(1, :n / 10) i;
      insert into api_keys select i, 1 + i % (:n / 10), sha256(i::text::bytea), case when i % 10 = 0 then now() end from generate_series(1, :n / 4) i;
      insert into usage select i % (:n / 4) + 1, '2024-01-01'::date + i / (:n / 4), i % 500 from generate_series(0, :n) i;`,
    workload: [
      "select id, account_id from api_keys where digest = sha256('77') and revoked_at is null",
      "select * from api_keys where account_id = 17",
      "insert into usage values (5, '2024-06-01', 1) on conflict (key_id, day) do update set requests = usage.requests + 1",
      "select sum(requests) from usage where key_id = 5 and day >= '2024-01-02'",
      "update api_keys set revoked_at = now() where id = 9",
      "select k.account_id, a.name from api_keys k join accounts a on a.id = k.account_id where k.digest = sha256('78')",
    ],
  },
];
