import { describeRule } from "./testing/describe-rule.ts";

const TRIGGER =
  "create trigger touch before update on orders for each row execute function touch()";

describeRule("create-trigger", {
  says: {
    change: [TRIGGER],
    message:
      "Trigger touch takes SHARE ROW EXCLUSIVE on public.orders and waits for it without a limit: behind one open transaction that wrote " +
      "the table, everybody who wants to write it waits in line too.",
    steps: [`SET LOCAL lock_timeout = '5s'; ${TRIGGER};`],
  },
  speaks: { "a limit of 0, which is none": ["set local lock_timeout = 0", TRIGGER] },
  silent: {
    "the file sets a limit": ["set local lock_timeout = '3s'", TRIGGER],
    "the tool sets a limit": { lockTimeoutMs: 3000, change: [{ up: [TRIGGER] }] },
    "a table that the change creates": [
      "create table items (n int)",
      "create trigger touch before update on items for each row execute function touch()",
    ],
  },
});
