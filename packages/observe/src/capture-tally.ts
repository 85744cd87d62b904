import type { CallSite } from "./call-site.ts";
import {
  CAPTURE_VERSION,
  type CapturedCallSite,
  type CapturedQuery,
  type CapturedSample,
} from "./capture-line.ts";
import { parameterTexts } from "./parameter-text.ts";
import type { QueryEnd, Server } from "./query-message.ts";

const MAX_CALL_SITES = 20;
const MAX_ERROR_CODES = 20;
const MAX_SAMPLES = 4;
/** Of a text and its parameters together: longer executions are not kept as samples. */
const MAX_SAMPLE_LENGTH = 4 * 1024;

/** What was seen of one statement on one server since the last line about it. */
export interface QueryTally {
  readonly sql: string;
  /** `weight`: how many executions its line of code stands for, 0 for none. `values`: whether its values may be kept. */
  add(query: QueryEnd, weight: number, values: boolean): void;
  isOf(server: Server, pool: string | undefined): boolean;
  /** Executions, failed ones too. */
  executions(): number;
  line(from: string, to: string): CapturedQuery;
}

/** Adds executions up; memory is bounded, however many are added. */
export function queryTally(sql: string, server: Server, pool: string | undefined): QueryTally {
  let calls = 0;
  let failed = 0;
  let totalMs = 0;
  let rows: number | null = null;
  const errors = new Map<string, number>();
  const sites = new Map<string, { readonly site: CallSite; weight: number }>();
  const samples: CapturedSample[] = [];

  function addSite(site: CallSite, weight: number): void {
    const key = `${site.file}:${site.line}:${site.column}`;
    const known = sites.get(key);
    if (known !== undefined) known.weight += weight;
    else if (sites.size < MAX_CALL_SITES) sites.set(key, { site, weight });
  }

  function addError(code: string): void {
    failed += 1;
    const key = errors.size < MAX_ERROR_CODES || errors.has(code) ? code.slice(0, 100) : "other";
    errors.set(key, (errors.get(key) ?? 0) + 1);
  }

  /** The first ones, and in the last place the slowest of the others. */
  function addSample(query: QueryEnd): void {
    const slowest = samples[MAX_SAMPLES - 1];
    if (slowest !== undefined && slowest.ms >= query.durationMs) return;
    const parameters = parameterTexts(query.parameters(), MAX_SAMPLE_LENGTH - query.sql.length);
    if (parameters === undefined) return;
    samples[Math.min(samples.length, MAX_SAMPLES - 1)] = {
      sql: query.sql,
      parameters,
      ms: roundedMs(query.durationMs),
    };
  }

  /** Estimated from the sample, together as many as there were. */
  function callSites(): CapturedCallSite[] {
    const total = [...sites.values()].reduce((sum, { weight }) => sum + weight, 0);
    return [...sites.values()]
      .toSorted((a, b) => b.weight - a.weight)
      .map(({ site, weight }) => ({
        file: site.file,
        line: site.line,
        column: site.column,
        function: site.function ?? null,
        calls: Math.round(((calls + failed) * weight) / total),
      }));
  }

  return {
    sql,
    add(query, weight, values) {
      const site = weight > 0 ? query.callSite() : undefined;
      if (site !== undefined) addSite(site, weight);
      if (query.errorCode !== undefined) {
        addError(query.errorCode);
        return;
      }
      calls += 1;
      totalMs += query.durationMs;
      if (query.rows !== undefined) rows = (rows ?? 0) + query.rows;
      if (values) addSample(query);
    },
    isOf: (other, otherPool) => otherPool === pool && isSameServer(other, server),
    executions: () => calls + failed,
    line: (from, to) => ({
      format: "dbadvise-capture",
      version: CAPTURE_VERSION,
      kind: "query",
      from,
      to,
      sql: calls > 0 ? sql : "",
      server: {
        system: server.system,
        host: server.host,
        port: server.port ?? null,
        database: server.database ?? null,
        role: server.role,
      },
      pool: pool ?? null,
      calls,
      totalMs: roundedMs(totalMs),
      rows,
      errors: Object.fromEntries(errors),
      callSites: callSites(),
      samples: [...samples],
    }),
  };
}

function isSameServer(a: Server, b: Server): boolean {
  return (
    a === b ||
    (a.host === b.host &&
      a.port === b.port &&
      a.database === b.database &&
      a.role === b.role &&
      a.system === b.system)
  );
}

/** To the microsecond: more is noise, and takes room. */
function roundedMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
