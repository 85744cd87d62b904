import { describeRule } from "./testing/describe-rule.ts";

const history = [
  "create table events (day int not null) partition by range (day)",
  "create table events_2 (day int not null)",
];
const ATTACH = "alter table events attach partition events_2 for values from (10) to (20)";

describeRule("attach-partition-scan", {
  says: {
    change: { history, change: [{ up: [ATTACH] }] },
    message:
      "Every row of public.events_2 is checked against the bounds under ACCESS EXCLUSIVE: nobody reads or writes it until it is done, " +
      "nor, through it, public.events.",
    // What the bounds mean as a CHECK is for the author to say.
    steps: [],
  },
  speaks: {
    "a check that is not validated": {
      history: [
        ...history,
        "alter table events_2 add constraint b check (day >= 10 and day < 20) not valid",
      ],
      change: [{ up: [ATTACH] }],
    },
  },
  silent: {
    "a validated check": {
      history: [...history, "alter table events_2 add check (day >= 10 and day < 20)"],
      change: [{ up: [ATTACH] }],
    },
    "a partition that the change creates": {
      history: history.slice(0, 1),
      change: [{ up: ["create table events_2 (day int not null)", ATTACH] }],
    },
    "CREATE TABLE ... PARTITION OF": {
      history,
      change: [{ up: ["create table events_3 partition of events for values from (20) to (30)"] }],
    },
  },
});
