import type { EnvelopeReader } from "./envelope.ts";
import { processLog } from "./process-log.ts";

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)`;
const DRAIN_START = String.raw`(?:\d+ )?(?:<\d{1,3}>1 )?`;

/**
 * Logs of Heroku Postgres: `2026-11-22T10:04:54+00:00 app[postgres.1234]: [DATABASE] [12-1]  sql_error_code = 00000 LOG: `
 * from `heroku logs`, `... host app postgres.1234 - [DATABASE] [12-1] ` from a drain. Chunks are those of syslog (Heroku
 * Dev Center: "Heroku Postgres Logs and Errors"). Lines of dynos and of the router are passed over.
 */
export const heroku: EnvelopeReader = processLog({
  server: new RegExp(
    `^${DRAIN_START}(?<time>${TIME}) (?:app\\[postgres\\.(?<pid>\\d+)\\]:|\\S+ app postgres\\.(?<process>\\d+) -(?: -)?) \\[[^\\]\\s]+\\] \\[(?<message>\\d+)-(?<chunk>\\d+)\\] ?`,
  ),
  others: new RegExp(`^${DRAIN_START}${TIME} (?:\\w+\\[[^\\]]+\\]: |\\S+ \\w+ \\S+ - )`),
});
