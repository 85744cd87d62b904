-- Every kind of object that a capture must carry, with awkward names. Runs on PostgreSQL 12 and later.
CREATE SCHEMA shop;
CREATE SCHEMA "Weird ""Schema"".x";
CREATE EXTENSION pg_trgm WITH SCHEMA shop;
CREATE EXTENSION citext;

CREATE TYPE shop.mood AS ENUM ('it''s fine', 'sad', 'ünhappy');
CREATE DOMAIN shop.positive AS numeric(10, 2) NOT NULL CONSTRAINT over_zero CHECK (VALUE > 0);
CREATE TYPE shop.address AS (street text COLLATE "C", moods shop.mood[], price shop.positive);
CREATE DOMAIN shop.home AS shop.address;
CREATE FUNCTION shop.difference(a numeric, b numeric) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT (a - b)::float8';
CREATE TYPE shop.price_range AS RANGE (subtype = numeric, subtype_diff = shop.difference);
CREATE COLLATION shop.plain (provider = libc, locale = 'C');

CREATE FUNCTION shop.inner_part(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN lower(value); END$$;
CREATE FUNCTION shop.normal(value text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT shop.inner_part(value)';
CREATE FUNCTION shop.never_needed() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION shop.asked_for(value int) RETURNS int LANGUAGE sql AS 'SELECT value + 1';

CREATE TABLE shop.customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email citext NOT NULL,
  name text COLLATE "C",
  code character varying(50) UNIQUE,
  feeling shop.mood DEFAULT 'sad',
  tags text[],
  data jsonb,
  active bool NOT NULL,
  spent shop.positive,
  score double precision,
  born date,
  seen timestamptz,
  span int4range,
  upper_name text GENERATED ALWAYS AS (upper(name)) STORED,
  CONSTRAINT sane CHECK (score >= 0)
) WITH (fillfactor = 80, parallel_workers = 3);
CREATE INDEX customers_many ON shop.customers (name DESC, score ASC NULLS FIRST, born) INCLUDE (active, data) WHERE active;
CREATE INDEX customers_normal ON shop.customers (shop.normal(name), (score + 1));
CREATE INDEX customers_trigram ON shop.customers USING gin (name shop.gin_trgm_ops);
CREATE INDEX customers_like ON shop.customers (code varchar_pattern_ops, name COLLATE shop.plain);
CREATE INDEX customers_signature ON shop.customers USING gist (name shop.gist_trgm_ops);
CREATE INDEX customers_brin ON shop.customers USING brin (seen) WITH (pages_per_range = 32);
CREATE UNIQUE INDEX customers_replica ON shop.customers (active, id);
ALTER TABLE shop.customers REPLICA IDENTITY USING INDEX customers_replica;
CREATE INDEX customers_born ON shop.customers (born);
ALTER TABLE shop.customers CLUSTER ON customers_born;
CREATE STATISTICS shop.together (ndistinct, dependencies) ON active, feeling FROM shop.customers;

CREATE TABLE shop.orders (
  id bigint NOT NULL,
  customer bigint REFERENCES shop.customers ON DELETE CASCADE,
  at timestamptz NOT NULL,
  total numeric,
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE shop.orders_2024 PARTITION OF shop.orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE shop.orders_rest PARTITION OF shop.orders DEFAULT;
CREATE INDEX orders_customer ON shop.orders (customer);
CREATE TABLE shop.refunds (
  order_id bigint,
  order_at timestamptz,
  during tstzrange,
  EXCLUDE USING gist (during WITH &&),
  UNIQUE (order_id) DEFERRABLE,
  CONSTRAINT refunds_order FOREIGN KEY (order_at, order_id) REFERENCES shop.orders (at, id) ON DELETE SET NULL
);
CREATE TABLE shop.by_name (name text) PARTITION BY LIST (shop.normal(name));

CREATE TABLE shop.animals (name text, legs int CHECK (legs > 0));
CREATE TABLE shop.dogs (breed text) INHERITS (shop.animals);

CREATE MATERIALIZED VIEW shop.totals AS SELECT customer, sum(total) AS total FROM shop.orders GROUP BY customer;
CREATE UNIQUE INDEX totals_customer ON shop.totals (customer);
CREATE VIEW shop.b_second AS SELECT 1 AS one;
CREATE VIEW shop.a_first AS SELECT one, shop.normal('x') AS "Ü" FROM shop.b_second;
CREATE OR REPLACE VIEW shop.b_second AS SELECT count(*)::int AS one FROM shop.totals;

CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE shop.remote (id int, note text) SERVER elsewhere;

CREATE TABLE "Weird ""Schema"".x"."select" (
  "order" int PRIMARY KEY,
  "Grüße.""quoted""" text,
  "a234567890123456789012345678901234567890123456789012345678901_x" int
);
CREATE INDEX "Índex ""1"".y" ON "Weird ""Schema"".x"."select" ("Grüße.""quoted""", lower("Grüße.""quoted"""));
CREATE TABLE public.hidden (id int PRIMARY KEY, secret text);
CREATE TABLE public.guarded (id int, owner name);
ALTER TABLE public.guarded ENABLE ROW LEVEL SECURITY;
CREATE TEMP TABLE temporary (id int);

INSERT INTO shop.customers (email, name, code, feeling, tags, data, active, spent, score, born, seen, span)
SELECT 'user' || n || '@example.com', 'name ' || n % 50, 'code' || n, CASE WHEN n % 9 = 0 THEN 'ünhappy' ELSE 'sad' END::shop.mood,
  ARRAY['tag' || n % 5, 'all'], jsonb_build_object('n', n % 3), n % 10 = 0, 1 + n % 7, n % 11,
  '2000-01-01'::date + n % 300, '2024-01-01'::timestamptz + n * interval '1 hour', int4range(n, n + 10)
FROM generate_series(1, 2000) n;
INSERT INTO shop.orders SELECT n, 1 + n % 2000, '2024-06-01'::timestamptz + n * interval '1 hour', n % 100 FROM generate_series(1, 8000) n;
INSERT INTO "Weird ""Schema"".x"."select" SELECT n, 'Wert "' || n % 4 || '"', n FROM generate_series(1, 500) n;
INSERT INTO public.hidden SELECT n, 'secret' || n % 2 FROM generate_series(1, 500) n;
INSERT INTO public.guarded SELECT n, 'somebody' FROM generate_series(1, 500) n;
INSERT INTO shop.dogs SELECT 'rex', 4, 'mutt' FROM generate_series(1, 50);
ANALYZE;
CREATE TABLE public.never_analysed WITH (autovacuum_enabled = off) AS SELECT n AS id FROM generate_series(1, 100) n;
