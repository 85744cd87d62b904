import type { QueryEvent } from "../log/query-event.ts";

/** Name under which this tool connects. */
const APPLICATION = "dbadvise";

/** Comment in this tool's own queries; it is near their start, but a log or a statistics view may trim what is in front. */
const MARKER = "/* dbadvise */";

/** Whether an event is of this tool: what it asks of a server is no work of the application. */
export function isOwnQuery(event: QueryEvent): boolean {
  return event.application === APPLICATION || event.sql.slice(0, 200).includes(MARKER);
}
