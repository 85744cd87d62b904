/**
 * Digests of logs, without the parsers and planners of the rest: loaded in a fraction of its time and memory.
 * `@dbadvise/advisor` exports all of it, too.
 */

export { compareStatements } from "./compare-statements.ts";
export type {
  ComparedText,
  Difference,
  GroupedText,
  WhyGrouped,
} from "./log/sql-key/why-grouped.ts";
export type { LexisName } from "./log/sql-key/lexis.ts";
export { fingerprintShapes, prepareFingerprints } from "./fingerprint-shapes.ts";
export { followDigest, type FollowDigestOptions } from "./digest/follow-digest.ts";
export { type ReadProgress, runDigest, type RunDigestOptions } from "./digest/run-digest.ts";
export { mergeDigests } from "./digest/merge-digests.ts";
export { readDigest, readLogsOf } from "./digest/read-digest.ts";
export { writeDigest, type WriteDigestOptions } from "./digest/write-digest.ts";
export type * from "./digest/digest.ts";
export { FORMAT_NAMES as LOG_FORMATS } from "./log/format-readers.ts";
export type { LogFormatName } from "./log/log-format.ts";
export {
  DIGEST_FORMATS,
  type DigestFormat,
  type DigestRenderOptions,
  renderDigest,
} from "./report/digest/render-digest.ts";
export { DIGEST_SORTS, type DigestSort } from "./report/digest/rank-shapes.ts";

// Errors that a user can act on.
export { DbadviseError, type DbadviseErrorCode, redactUrl } from "./dbadvise-error.ts";
