import { describeRule } from "./testing/describe-rule.ts";

const ADD = "alter type mood add value 'fine'";

describeRule("enum-value-in-transaction", {
  says: {
    change: { serverVersion: 110_000, change: [{ up: [ADD] }] },
    message:
      "PostgreSQL before 12 refuses to add the value fine to public.mood inside a transaction, where The tool runs it.",
    steps: [`alone: ${ADD};`],
  },
  silent: {
    "PostgreSQL 12": { serverVersion: 120_000, change: [{ up: [ADD] }] },
    "no transaction": { serverVersion: 110_000, change: [{ up: [ADD], transaction: "none" }] },
    "a value's new name": {
      serverVersion: 110_000,
      change: [{ up: ["alter type mood rename value 'fine' to 'good'"] }],
    },
  },
});
