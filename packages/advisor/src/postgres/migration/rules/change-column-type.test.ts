import { expect, test } from "vitest";
import { describeRule, toldBy } from "./testing/describe-rule.ts";

describeRule("change-column-type", {
  says: {
    change: ["alter table orders alter customer_id type bigint"],
    message:
      "Column customer_id becomes bigint: all of public.orders is written anew under ACCESS EXCLUSIVE, with every index on the column, " +
      "and nobody reads or writes the table until it is done.",
    steps: [
      "SET LOCAL lock_timeout = '5s'; ALTER TABLE orders ADD COLUMN customer_id_new bigint; CREATE FUNCTION orders_customer_id_sync() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN SELECT customer_id::bigint INTO NEW.customer_id_new FROM (SELECT NEW.*) AS row; RETURN NEW; END $$; CREATE TRIGGER orders_customer_id_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_customer_id_sync();",
      "UPDATE orders SET customer_id_new = NULL WHERE customer_id_new IS NULL AND customer_id IS NOT NULL;",
      "SET LOCAL lock_timeout = '5s'; DROP TRIGGER orders_customer_id_sync ON orders; DROP FUNCTION orders_customer_id_sync(); ALTER TABLE orders RENAME COLUMN customer_id TO customer_id_old; ALTER TABLE orders RENAME COLUMN customer_id_new TO customer_id;",
    ],
  },
  speaks: {
    shorter: ["alter table orders alter code type varchar(20)"],
    "another scale": ["alter table orders alter total type numeric(12, 3)"],
    "a USING that calculates": ["alter table orders alter code type text using upper(code)"],
    "a USING that cuts": ["alter table orders alter code type text using code::varchar(10)"],
    "a type that nobody knows": ["alter table payments alter paid type bigint"],
  },
  silent: {
    // Peers flag every change of a type.
    longer: ["alter table orders alter code type varchar(100)"],
    "no limit": ["alter table orders alter code type text"],
    "more digits": ["alter table orders alter total type numeric(12, 2)"],
    "the same": ["alter table orders alter note type text"],
    "longer again, after an earlier statement": [
      "alter table orders alter code type varchar(80)",
      "alter table orders alter code type varchar(90)",
    ],
    "a table that the change creates": [
      "create table items (n int)",
      "alter table items alter n type bigint",
    ],
  },
});

test("between timestamps the session's TimeZone decides: said as such, unless the migration sets it", async () => {
  const history = ["create table visits (at timestamp)"];
  const change = "alter table visits alter at type timestamptz";
  const told = await toldBy("change-column-type", { history, change: [{ up: [change] }] });
  expect(told.map(({ verdict }) => [verdict.severity, verdict.work])).toEqual([["info", "none"]]);
  const set = { history, change: [{ up: ["set local timezone to 'UTC'", change] }] };
  expect(await toldBy("change-column-type", set)).toEqual([]);
});
