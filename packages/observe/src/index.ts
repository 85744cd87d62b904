export type { CallSite } from "./call-site.ts";
export { capture, type Capture, type CaptureOptions } from "./capture.ts";
export type {
  CapturedCallSite,
  CapturedQuery,
  CapturedSample,
  CaptureLine,
  CaptureLoss,
  CaptureLossReason,
} from "./capture-line.ts";
export { connectionsAreObserved, onConnection, publishConnection } from "./connection-channel.ts";
export type { ConnectionCounts, ConnectionMessage } from "./connection-message.ts";
export {
  observeQuery,
  onQuery,
  onQueryStart,
  queriesAreObserved,
  type QueryObservation,
  type SentQuery,
} from "./query-channel.ts";
export type { DatabaseSystem, QueryEnd, QueryStart, Server, ServerRole } from "./query-message.ts";
export { currentScope, type Scope, withScope } from "./scope.ts";
