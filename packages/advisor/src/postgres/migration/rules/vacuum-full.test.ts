import { describeRule } from "./testing/describe-rule.ts";

describeRule("vacuum-full", {
  says: {
    change: { change: [{ up: ["vacuum full orders"], transaction: "none" }] },
    message:
      "VACUUM FULL writes all of public.orders anew, with its indexes, under ACCESS EXCLUSIVE: nobody reads or writes it until it is done.",
    steps: [],
  },
  speaks: {
    "every table": { change: [{ up: ["vacuum (full, analyze)"], transaction: "none" }] },
  },
  silent: {
    "a plain one": { change: [{ up: ["vacuum (analyze) orders"], transaction: "none" }] },
    "full that is off": { change: [{ up: ["vacuum (full false) orders"], transaction: "none" }] },
    "a table that the change creates": {
      change: [{ up: ["create table items (n int)", "vacuum full items"], transaction: "none" }],
    },
  },
});
