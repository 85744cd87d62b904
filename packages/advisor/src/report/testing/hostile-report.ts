import { HOSTILE } from "./hostile-text.ts";
import type { Report } from "../report.ts";
import { hostileDigest } from "../digest/testing/hostile-digest.ts";
import { fullReport } from "./reports.ts";

const hostile = <Value>(value: Value): Value =>
  JSON.parse(
    JSON.stringify(value, (key, each: unknown) =>
      typeof each === "string" && !WORDS.has(key) ? `${each} ${HOSTILE}` : each,
    ),
  );

/** Words of our own, that the report's code chooses by. */
const WORDS: ReadonlySet<string> = new Set([
  "code",
  "severity",
  "type",
  "confidence",
  "verdict",
  "cause",
  "fingerprint",
]);

/** A report whose every text tries to break out. */
export const hostileReport: Report = {
  ...hostile({ ...fullReport, digest: null }),
  digest: hostileDigest,
};
