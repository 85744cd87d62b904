export { allowNPlusOne } from "./allow-n-plus-one.ts";
export type { CallSite } from "./call-site.ts";
export { capture, type Capture, type CaptureOptions } from "./capture.ts";
export type {
  CapturedCallSite,
  CapturedNPlusOne,
  CapturedQuery,
  CapturedSample,
  CaptureLine,
  CaptureLoss,
  CaptureLossReason,
} from "./capture-line.ts";
export { connectionsAreObserved, onConnection, publishConnection } from "./connection-channel.ts";
export type { ConnectionCounts, ConnectionMessage } from "./connection-message.ts";
export { describeNPlusOne } from "./describe-n-plus-one.ts";
export {
  detectNPlusOne,
  type NPlusOneDetector,
  type NPlusOneOptions,
} from "./detect-n-plus-one.ts";
export { NPlusOneError } from "./n-plus-one-error.ts";
export { onNPlusOne } from "./n-plus-one-channel.ts";
export type { NPlusOneCallSite, NPlusOnePattern, NPlusOneReport } from "./n-plus-one-pattern.ts";
export type { NPlusOneRules } from "./n-plus-one-watch.ts";
export {
  observeQuery,
  onQuery,
  onQueryStart,
  queriesAreObserved,
  type QueryObservation,
  type SentQuery,
} from "./query-channel.ts";
export type { DatabaseSystem, QueryEnd, QueryStart, Server, ServerRole } from "./query-message.ts";
export { withRoute } from "./route.ts";
export { currentScope, onScopeEnd, type Scope, withScope } from "./scope.ts";
