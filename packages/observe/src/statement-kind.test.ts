import { expect, test } from "vitest";
import { looksUpByKey, statementKind } from "./statement-kind.ts";

test.each([
  ["select * from t where id = $1", "read"],
  ["(select a from t) union (select b from u)", "read"],
  ["with x as (select 1 from t) select * from x", "read"],
  ["select update_count from t", "read"],
  ["select * from t where id = $1 for update skip locked", "locking-read"],
  ["select * from t lock in share mode", "locking-read"],
  ["with x as (delete from t returning *) select * from x", "other"],
  ["with x as (update t set a = $1 returning *) select * from x", "other"],
  ["select nextval($1)", "other"],
  ["insert into t select * from u", "other"],
  ["set search_path = $1", "other"],
  ["BEGIN isolation level serializable", "transaction"],
  ["rollback to savepoint a", "transaction"],
  ["release savepoint a", "transaction"],
  ["set transaction read only", "transaction"],
  ["start transaction", "transaction"],
])("%s is a %s", (shape, kind) => {
  expect(statementKind(shape)).toBe(kind);
});

test.each([
  ["select * from t where id = $1", true],
  ["select * from t where t.id in (? /*, ... */)", true],
  ["select * from t where id = any($1)", true],
  ["select * from t where id = ($1)::int4", true],
  ["select * from t where $1::int4 = id", true],
  ["select * from t where a <=> ?", true],
  ["select * from t where author_id = $1 order by id limit $2", true],
  ["select * from t where id > $1 order by id limit $2", false],
  ["select * from t where id >= $1 and id <= $2", false],
  ["select * from t where id != $1", false],
  ["select * from t where tenant = $1 order by id limit $2 offset $3", false],
  ["select * from t", false],
])("%s looks up by a key: %s", (shape, by) => {
  expect(looksUpByKey(shape)).toBe(by);
});
