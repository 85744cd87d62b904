import type { Digest } from "../../../digest/digest.ts";
import { HOSTILE } from "../../testing/hostile-text.ts";
import { fullDigest, shapeOf } from "./digests.ts";

const names = [{ name: HOSTILE, calls: 3 }];

/** A digest whose every text tries to break out. */
export const hostileDigest: Digest = {
  ...fullDigest,
  sources: [
    {
      name: `${HOSTILE}.log`,
      format: HOSTILE,
      bytes: 10_000,
      records: 3,
      unread: { lines: 3, bytes: 3_000 },
    },
  ],
  fingerprints: HOSTILE,
  shapes: [
    shapeOf({
      id: HOSTILE,
      fingerprint: HOSTILE,
      queryId: HOSTILE,
      text: `SELECT '${HOSTILE}'`,
      calls: 30_000,
      meanUs: 5_000,
      errors: 2,
      users: names,
      databases: names,
      applications: names,
      examples: [
        { sql: HOSTILE, parameters: HOSTILE, us: 1, at: 1e300, kind: "slowest", rank: 1 },
        {
          sql: `\n${HOSTILE}\r\n${HOSTILE}`,
          parameters: "",
          us: null,
          at: null,
          kind: "drawn",
          rank: 2,
        },
      ],
      plan: { us: 1, text: `${HOSTILE}\n${HOSTILE}` },
    }),
    shapeOf({
      id: "0000000000000100",
      text: `SELECT ${"'<b>x</b>', ".repeat(8_500)}1`,
      calls: 100,
      meanUs: 100,
      examples: [
        { sql: "<i>".repeat(34_000), parameters: "", us: 3, at: 3, kind: "drawn", rank: 3 },
      ],
    }),
  ],
  failures: [
    {
      severity: "error",
      code: HOSTILE,
      message: HOSTILE,
      count: 2,
      first: 1,
      last: 2,
      shapes: [{ id: HOSTILE, count: 2 }],
    },
  ],
};
