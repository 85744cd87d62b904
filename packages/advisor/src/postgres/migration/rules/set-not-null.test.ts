import { expect, test } from "vitest";
import { describeRule, toldBy } from "./testing/describe-rule.ts";

const NOTED = "alter table orders add constraint noted check (note is not null) not valid";
const SET = "alter table orders alter note set not null";

describeRule("set-not-null", {
  says: {
    change: [SET],
    message:
      "Every row of public.orders is looked at for NULL in note under ACCESS EXCLUSIVE: nobody reads or writes the table until it is done.",
    steps: [
      "SET LOCAL lock_timeout = '5s'; ALTER TABLE orders ADD CONSTRAINT orders_note_not_null CHECK (note IS NOT NULL) NOT VALID;",
      "ALTER TABLE orders VALIDATE CONSTRAINT orders_note_not_null;",
      "SET LOCAL lock_timeout = '5s'; ALTER TABLE orders ALTER COLUMN note SET NOT NULL; ALTER TABLE orders DROP CONSTRAINT orders_note_not_null;",
    ],
  },
  speaks: {
    "the check is not validated": [NOTED, SET],
    // https://github.com/sbdchd/squawk/issues/519
    "after the table was written anew": [
      "alter table orders add column token uuid default gen_random_uuid()",
      "alter table orders alter token set not null",
    ],
    "a check that was dropped": {
      history: [
        NOTED,
        "alter table orders validate constraint noted",
        "alter table orders drop constraint noted",
      ],
      change: [{ up: [SET] }],
    },
    "a table that is older than the history": ["alter table payments alter paid set not null"],
  },
  silent: {
    // https://github.com/sbdchd/squawk/issues/628
    "after a check that was validated in the change": {
      change: [
        { up: [NOTED] },
        { up: ["alter table orders validate constraint noted"] },
        { up: [SET, "alter table orders drop constraint noted"] },
      ],
    },
    "after a check that an earlier migration validated": {
      history: [NOTED, "alter table orders validate constraint noted"],
      change: [{ up: [SET] }],
    },
    "after a check of two columns": {
      history: ["alter table orders add check (note is not null and code is not null)"],
      change: [{ up: [SET, "alter table orders alter code set not null"] }],
    },
    "after the column changed its name": {
      history: [NOTED, "alter table orders validate constraint noted"],
      change: [
        {
          up: [
            "alter table orders rename column note to remark",
            "alter table orders alter remark set not null",
          ],
        },
      ],
    },
    "a column that is NOT NULL": ["alter table orders alter filled set not null"],
    "a table that the change creates": [
      "create table items (n int)",
      "alter table items alter n set not null",
    ],
  },
});

// https://github.com/sbdchd/squawk/pull/1033
test("one validated check does not hide another column", async () => {
  const told = await toldBy("set-not-null", {
    history: [NOTED, "alter table orders validate constraint noted"],
    change: [{ up: [SET, "alter table orders alter code set not null"] }],
  });
  expect(told.map(({ verdict }) => verdict.object.columns)).toEqual([["code"]]);
});

test("PostgreSQL 18 takes a NOT NULL that is not valid yet", async () => {
  const [told] = await toldBy("set-not-null", { serverVersion: 180_000, change: [{ up: [SET] }] });
  expect(told?.verdict.steps.flatMap(({ up }) => up)).toEqual([
    "SET LOCAL lock_timeout = '5s';",
    "ALTER TABLE orders ADD CONSTRAINT orders_note_not_null NOT NULL note NOT VALID;",
    "ALTER TABLE orders VALIDATE CONSTRAINT orders_note_not_null;",
  ]);
});
