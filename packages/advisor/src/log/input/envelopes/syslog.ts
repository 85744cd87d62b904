import type { EnvelopeReader } from "./envelope.ts";
import { processLog } from "./process-log.ts";

const ISO = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?`;
const BSD = String.raw`[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d`;
/** Octets (RFC 6587), priority, version. */
const START = String.raw`^(?:\d+ )?(?:<\d{1,3}>(?:1 )?)?`;
const SEQUENCE = String.raw`\[(?:(?<message>\d+)-)?(?<chunk>\d+)\] ?`;
/** RFC 5424: host, program, process, message id, structured data. */
const STRUCTURED = String.raw` \S+ \S+ (?<process>\d+) \S+ (?:-|\[.*?[^\\]\]) +(?:\xef\xbb\xbf)? *`;

/**
 * What syslog daemons write: `Nov 22 10:04:54 host postgres[19685]: [3-1] ` (RFC 3164), with an ISO time instead
 * (rsyslog's and systemd's default now), or RFC 5424. The server adds `[n-m]`: the m-th chunk of its n-th message
 * (PostgreSQL: `syslog_sequence_numbers`, `syslog_split_messages`; elog.c, `write_syslog`). Other programs' lines are
 * passed over.
 */
export const syslog: EnvelopeReader = processLog({
  server: new RegExp(
    `${START}(?<time>${ISO}|${BSD})(?: \\S+ [^\\s[\\]:]+\\[(?<pid>\\d+)\\]: |${STRUCTURED})${SEQUENCE}`,
  ),
  others: new RegExp(`${START}(?:${ISO}|${BSD}) \\S+ \\S`),
});
