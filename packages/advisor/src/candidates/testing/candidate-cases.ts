/** Tables with skew, correlation, nulls and documents, on which the cases below are planned. Statements end with `;` and a line break.
 * Only rows whose commit is on disk can be known to be visible. */
export const CANDIDATE_TABLES = `
  set synchronous_commit = on;
  select setseed(0.5);
  create extension pg_trgm;
  create table jobs (id bigint primary key, status text not null, kind text not null, run_at timestamptz not null, done_at timestamptz, urgent boolean not null, worker int, payload jsonb not null, note text, title text);
  insert into jobs select g, case when g % 200 = 0 then 'queued' when g % 97 = 0 then 'failed' else 'done' end, 'kind' || g % 12, '2024-01-01'::timestamptz + g * interval '1 minute',
    case when g % 50 <> 0 then '2025-01-01'::timestamptz end, g % 300 = 0, (random() * 5000)::int, jsonb_build_object('n', g % 5000, 'tag', 'x' || g % 700),
    md5(g::text) || ' ' || md5((g * 7)::text), (array['report','invoice','letter','memo'])[1 + g % 4] || ' ' || md5((g % 9000)::text) from generate_series(1, 60000) g;
  create table people (id bigint primary key, email text not null, name text collate "en-x-icu" not null, city int, born date, photo text);
  insert into people select g, 'User' || g || '@example.com', 'name' || g * 7919 % 60000, g % 900, '1950-01-01'::date + g % 20000, repeat(md5(g::text), 20) from generate_series(1, 60000) g;
  create table products (id bigint primary key, tags text[] not null, body text not null, search tsvector, attrs jsonb not null, valid tstzrange, place point);
  insert into products select g, array['t' || g % 3000, 'u' || g % 7], 'word' || g % 4000 || ' common text', to_tsvector('english', 'word' || g % 4000 || ' common'), jsonb_build_object('c' || g % 2000, g % 3, 'size', g % 6000),
    tstzrange('2020-01-01'::timestamptz + g * interval '1 hour', '2020-01-01'::timestamptz + g * interval '1 hour' + interval '3 hours'), point(random() * 1000, random() * 1000) from generate_series(1, 60000) g;
  create table readings (at timestamptz not null, sensor int not null, value float8) with (fillfactor = 10);
  insert into readings select '2024-01-01'::timestamptz + g * interval '10 seconds', g % 1000, random() from generate_series(1, 260000) g;
  create table events (id bigint not null, kind int not null, account int not null, at timestamptz not null) partition by range (at);
  create table events_2023 partition of events for values from ('2023-01-01') to ('2024-01-01');
  create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
  insert into events select g, g % 97, (random() * 8000)::int, '2023-01-01'::timestamptz + g * interval '8 minutes' from generate_series(1, 120000) g;
  vacuum analyze;
`;

export interface CandidateCase {
  readonly sql: string;
  /** The statement that makes the index, from its table on. */
  readonly index: string;
}

/** Statements, and an index that has to be among their candidates and that the planner then uses. */
export const CANDIDATE_CASES: Readonly<Record<string, readonly CandidateCase[]>> = {
  covering: [
    {
      sql: "SELECT worker, run_at FROM jobs WHERE worker BETWEEN 100 AND 400",
      index: "jobs (worker) INCLUDE (run_at)",
    },
    {
      sql: "SELECT city, count(*) FROM people WHERE born > '1990-01-01' GROUP BY city",
      index: "people (born) INCLUDE (city)",
    },
  ],
  partial: [
    {
      sql: "SELECT id, payload FROM jobs WHERE status = 'queued' AND run_at < now() ORDER BY run_at LIMIT 10",
      index: "jobs (run_at) WHERE status = 'queued'",
    },
    {
      sql: "SELECT * FROM jobs WHERE done_at IS NULL AND worker = 17",
      index: "jobs (worker) WHERE done_at IS NULL",
    },
    {
      sql: "SELECT id FROM jobs WHERE urgent AND kind = 'kind3'",
      index: "jobs (kind) WHERE urgent",
    },
    {
      sql: "SELECT * FROM jobs WHERE status <> 'done' ORDER BY run_at DESC LIMIT 20",
      index: "jobs (run_at) WHERE status <> 'done'",
    },
    {
      sql: "SELECT id, run_at FROM jobs WHERE status IN ('queued', 'failed') ORDER BY run_at",
      index: "jobs (run_at) INCLUDE (id) WHERE status IN ('queued', 'failed')",
    },
  ],
  expression: [
    {
      sql: "SELECT * FROM people WHERE lower(email) = 'user77@example.com'",
      index: "people (lower(email))",
    },
    {
      sql: "SELECT * FROM jobs WHERE payload ->> 'tag' = 'x5' AND kind = 'kind5'",
      index: "jobs ((payload ->> 'tag'), kind)",
    },
    {
      sql: "SELECT * FROM people WHERE date_trunc('year', born::timestamp) = '1990-01-01' ORDER BY lower(email) LIMIT 5",
      index: "people (date_trunc('year', born::timestamp), lower(email))",
    },
  ],
  order: [
    {
      sql: "SELECT * FROM jobs ORDER BY kind, run_at DESC LIMIT 10",
      index: "jobs (kind, run_at DESC)",
    },
    {
      sql: "SELECT * FROM jobs WHERE kind = 'kind1' ORDER BY done_at DESC NULLS LAST LIMIT 10",
      index: "jobs (kind, done_at NULLS FIRST)",
    },
    {
      sql: "SELECT DISTINCT ON (worker) worker, run_at FROM jobs ORDER BY worker, run_at DESC",
      index: "jobs (worker, run_at DESC)",
    },
    {
      sql: "SELECT worker, run_at, row_number() OVER (PARTITION BY worker ORDER BY run_at) FROM jobs",
      index: "jobs (worker, run_at)",
    },
  ],
  pattern: [
    {
      sql: "SELECT * FROM people WHERE name LIKE 'name12%'",
      index: "people (name text_pattern_ops)",
    },
    { sql: "SELECT * FROM people WHERE email LIKE 'User123%'", index: "people (email)" },
    {
      sql: `SELECT * FROM people WHERE name LIKE 'name12%' ORDER BY name COLLATE "C" LIMIT 20`,
      index: `people (name COLLATE "C")`,
    },
    {
      sql: "SELECT * FROM people WHERE lower(email) LIKE 'user123%'",
      index: "people (lower(email))",
    },
  ],
  operator: [
    {
      sql: `SELECT * FROM products WHERE attrs @> '{"size": 77}'`,
      index: "products USING gin (attrs jsonb_path_ops)",
    },
    { sql: "SELECT * FROM products WHERE attrs ? 'c55'", index: "products USING gin (attrs)" },
    {
      sql: "SELECT * FROM products WHERE attrs ?| array['c55', 'c56']",
      index: "products USING gin (attrs)",
    },
    {
      sql: "SELECT * FROM products WHERE attrs ?& array['c55', 'size']",
      index: "products USING gin (attrs)",
    },
    {
      sql: "SELECT * FROM products WHERE attrs @? '$.size ? (@ == 77)'",
      index: "products USING gin (attrs jsonb_path_ops)",
    },
    {
      sql: "SELECT * FROM products WHERE attrs @@ '$.size == 77'",
      index: "products USING gin (attrs jsonb_path_ops)",
    },
    {
      sql: "SELECT * FROM products WHERE tags @> array['t77']",
      index: "products USING gin (tags)",
    },
    {
      sql: "SELECT * FROM products WHERE tags && array['t77', 't78']",
      index: "products USING gin (tags)",
    },
    {
      sql: "SELECT * FROM jobs WHERE note LIKE '%abcd1%'",
      index: "jobs USING gin (note public.gin_trgm_ops)",
    },
    {
      sql: "SELECT * FROM jobs WHERE note ILIKE '%ABCD1%'",
      index: "jobs USING gin (note public.gin_trgm_ops)",
    },
    {
      sql: "SELECT * FROM jobs WHERE note ~ 'abcd12'",
      index: "jobs USING gin (note public.gin_trgm_ops)",
    },
    {
      sql: "SELECT * FROM products WHERE search @@ to_tsquery('english', 'word77')",
      index: "products USING gin (search)",
    },
    {
      sql: "SELECT * FROM products WHERE to_tsvector('english', body) @@ to_tsquery('english', 'word77')",
      index: "products USING gin (to_tsvector('english', body))",
    },
    {
      sql: "SELECT * FROM products WHERE valid @> '2021-01-01'::timestamptz",
      index: "products USING gist (valid)",
    },
    {
      sql: "SELECT * FROM products WHERE valid && '[2021-01-01,2021-01-02)'",
      index: "products USING gist (valid)",
    },
    {
      sql: "SELECT * FROM products WHERE place <@ box '(1,1),(9,9)'",
      index: "products USING gist (place)",
    },
    {
      sql: "SELECT * FROM products ORDER BY place <-> point '(5,5)' LIMIT 5",
      index: "products USING gist (place)",
    },
  ],
  brin: [
    {
      sql: "SELECT avg(value) FROM readings WHERE at >= '2024-01-03' AND at < '2024-01-04'",
      index: "readings USING brin (at)",
    },
  ],
  partitions: [
    { sql: "SELECT * FROM events WHERE account = 77", index: "events (account)" },
    {
      sql: "SELECT * FROM events WHERE kind = 5 AND account = 77 AND at = '2024-03-01'",
      index: "events (kind, account)",
    },
    { sql: "SELECT * FROM events_2024 WHERE account = 77", index: "events_2024 (account)" },
  ],
};
