import type { CaptureGap, Snapshot } from "../../catalog/snapshot.ts";
import type { CaptureOptions, Session } from "../../engine.ts";
import type { QueryEvent } from "../../log/query-event.ts";
import { parse } from "../parse.ts";
import { errnoOf, OWN_QUERY, readRows, type TextRow } from "../read-rows.ts";
import type { ServerFacts } from "./capture-server.ts";
import { mayBeCut, statementOfDigest } from "./digest-text.ts";
import { OWN_ALIAS } from "../own-alias.ts";

/** The view that the workload is read from, and that gaps about it name. */
export const DIGESTS = "performance_schema.events_statements_summary_by_digest";

export interface CapturedWorkload {
  readonly workload: Snapshot["workload"];
  readonly gaps: readonly CaptureGap[];
}

const PICOSECONDS = 1e9;

/** A statement that can be planned; what is left out may hold data or even a password (CREATE USER, SET). */
const PLANNABLE =
  /^(?:\s|\(|--\s[^\n]*\n|#[^\n]*\n|\/\*(?!M?!)[\s\S]*?\*\/)*(?:select|insert|replace|update|delete|with|values|table)\b/i;

const UNTIL_THEN = "Until then pass the workload with --log or --sql.";

// MariaDB has no samples.
const selectDigests = ({ traits }: ServerFacts): string => `
  select digest_text as digest, ${traits.product === "MySQL" ? "query_sample_text" : "null"} as sample,
    ${traits.product === "MySQL" ? "query_sample_timer_wait" : "null"} as sample_time,
    count_star as calls, sum_timer_wait as time, sum_rows_sent + sum_rows_affected as row_count
  from ${DIGESTS}
  where schema_name = database() and count_star > 0
  order by sum_timer_wait desc`;

// The row without a digest counts what came when the table was full.
const OVERFLOW = `
  select coalesce(sum(case when digest is null then count_star end), 0) as lost,
    unix_timestamp(now(6)) - unix_timestamp(min(first_seen)) as seconds, @@performance_schema_digests_size as size,
    @@max_digest_length as longest
  from ${DIGESTS}`;

/** Reads the server's statement statistics of this database. With `values` the samples that it keeps of them are events too. */
export async function captureWorkload(
  session: Session,
  facts: ServerFacts,
  { values }: Pick<CaptureOptions, "values">,
): Promise<CapturedWorkload> {
  if (!facts.performanceSchema) {
    return without(
      `The server runs with performance_schema=OFF, so that it keeps no statement statistics${facts.traits.product === "MariaDB" ? " (MariaDB's default)" : ""}. Set performance_schema=ON in its configuration and restart it. ${UNTIL_THEN}`,
    );
  }
  try {
    return await readDigests(session, facts, values);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    const message = error instanceof Error ? error.message : String(error);
    return without(
      `It can't be read (${message}). GRANT SELECT ON performance_schema.* TO ${facts.account}. ${UNTIL_THEN}`,
    );
  }
}

async function readDigests(
  session: Session,
  facts: ServerFacts,
  values: boolean,
): Promise<CapturedWorkload> {
  const rows = await readRows(session, selectDigests(facts));
  const [whole] = await readRows(session, OVERFLOW);
  const events: QueryEvent[] = [];
  let cutSamples = 0;
  let cutDigests = 0;
  for (const row of rows) {
    if (isOwn(row)) continue;
    const found = await eventsOf(row, values, Number(whole?.["longest"] ?? 0));
    if (found === "cut") cutDigests++;
    else {
      events.push(...found);
      if (found.length > 0 && isCut(row)) cutSamples++;
    }
  }
  const seconds = Number(whole?.["seconds"] ?? Number.NaN);
  return {
    workload: {
      source: DIGESTS,
      events,
      seconds: Number.isFinite(seconds) && rows.length > 0 ? seconds : undefined,
    },
    gaps: gapsOf({
      lost: Number(whole?.["lost"] ?? 0),
      size: whole?.["size"] ?? "",
      cutSamples,
      cutDigests,
      nothing: events.length === 0,
    }),
  };
}

/** Of one shape: what was counted, without constants, and the execution that the server keeps as a sample of it. */
async function eventsOf(
  row: TextRow,
  values: boolean,
  longest: number,
): Promise<readonly QueryEvent[] | "cut"> {
  const { digest = null, sample = null } = row;
  const text = sample ?? digest;
  if (digest === null || text === null || !PLANNABLE.test(text)) return [];
  const calls = Number(row["calls"]);
  const totalMs = Number(row["time"]) / PICOSECONDS;
  const counted = { calls, totalMs, rows: Number(row["row_count"]) };
  const parsed = sample === null || isCut(row) ? null : await parse(sample);
  if (sample === null || parsed?.kind !== "query") {
    return mayBeCut(digest, longest) ? "cut" : [{ sql: statementOfDigest(digest), ...counted }];
  }
  const { normalized } = parsed;
  if (!values || parsed.sample() === null || !normalized.includes("?"))
    return [{ sql: normalized, ...counted }];
  const sampleMs = Math.min(totalMs, Number(row["sample_time"] ?? 0) / PICOSECONDS);
  const one: QueryEvent = { sql: sample, calls: 1, totalMs: sampleMs };
  return calls > 1
    ? [{ ...counted, sql: normalized, calls: calls - 1, totalMs: totalMs - sampleMs }, one]
    : [{ ...one, rows: counted.rows }];
}

function isOwn({ digest, sample }: TextRow): boolean {
  return sample?.includes(OWN_QUERY) === true || OWN_ALIAS.test(digest ?? "");
}

/** The server ends a sample that it has no room for with three points. */
function isCut({ sample }: TextRow): boolean {
  return sample?.endsWith("...") === true;
}

function gapsOf(found: {
  readonly lost: number;
  readonly size: string;
  readonly cutSamples: number;
  readonly cutDigests: number;
  readonly nothing: boolean;
}): readonly CaptureGap[] {
  const gaps: CaptureGap[] = [];
  const gap = (reason: string): number => gaps.push({ object: DIGESTS, reason });
  if (found.lost > 0) {
    gap(
      `${found.lost} executions of statements are not told apart: the table of ${found.size} digests was full. They are not analysed, those of other databases among them. TRUNCATE the table after raising performance_schema_digests_size.`,
    );
  }
  if (found.cutDigests > 0) {
    gap(
      `${found.cutDigests} statements may be longer than max_digest_length: what the server keeps of them need not be the whole, and they are not analysed.`,
    );
  }
  if (found.cutSamples > 0) {
    gap(
      `The samples of ${found.cutSamples} statements are longer than performance_schema_max_sql_text_length: these are planned without their values.`,
    );
  }
  if (found.nothing) {
    gap(
      "It holds no query of this database: it was truncated, or the server has not been used since its start. Come back when the application has run for a while, or pass the workload with --log or --sql.",
    );
  }
  return gaps;
}

function without(reason: string): CapturedWorkload {
  return { workload: null, gaps: [{ object: DIGESTS, reason }] };
}
