import type { DdlChange } from "../engine.ts";
import type { Evidence, Finding, FindingObject, QueryImpact } from "../findings/finding.ts";
import { callSiteValue } from "./call-site.ts";
import { safeJson } from "./printable.ts";
import type { Report, ReportedTable } from "./report.ts";

/**
 * The report as packages/advisor/report.schema.json describes it. Every key is always there, in one order;
 * what is unknown is `null`. Keys are listed here one by one: a new field reaches the output only on purpose.
 */
export function renderJson(report: Report): string {
  const { server, planner, workload, notAnalyzed } = report;
  return safeJson({
    version: report.version,
    analyzedAt: report.analyzedAt,
    server: {
      engine: server.engine,
      product: server.product,
      version: server.version,
      database: server.database,
      capturedAt: server.capturedAt,
      nodes: server.nodes,
    },
    planner: planner && {
      name: planner.name,
      calls: {
        requests: planner.calls.requests,
        planned: planner.calls.planned,
        milliseconds: planner.calls.milliseconds,
      },
    },
    workload: {
      sources: workload.sources,
      queries: workload.queries,
      calls: workload.calls,
      totalMs: workload.totalMs ?? null,
      seconds: workload.seconds ?? null,
    },
    findings: report.findings.map(findingValue),
    selection: report.selection && {
      cost: report.selection.cost,
      complete: report.selection.complete,
      budgetBytes: report.selection.budgetBytes,
      maxIndexes: report.selection.maxIndexes,
      curve: report.selection.curve.map(({ bytes, cost, indexes, knee }) => ({
        bytes,
        cost,
        indexes,
        knee,
      })),
      worse: report.selection.worse.map(
        ({ fingerprint, sql, calls, callSites, cause, share, costBefore, costAfter }) => ({
          fingerprint,
          sql,
          calls,
          callSites: callSites.map(callSiteValue),
          cause,
          share,
          costBefore,
          costAfter,
        }),
      ),
    },
    tables: report.tables.map(tableValue),
    notAnalyzed: {
      objects: notAnalyzed.objects.map(({ object, reason }) => ({ object, reason })),
      queries: notAnalyzed.queries.map(({ sql, calls, totalMs, reason }) => ({
        sql,
        calls,
        totalMs: totalMs ?? null,
        reason,
      })),
    },
    notes: report.notes,
  });
}

type Value = Readonly<Record<string, unknown>>;

function findingValue(finding: Finding): Value {
  return {
    code: finding.code,
    severity: finding.severity,
    object: objectValue(finding.object),
    message: finding.message,
    confidence: finding.confidence,
    evidence: finding.evidence.map(evidenceValue),
    queries: finding.queries.map(queryValue),
    bytes: finding.bytes,
    savedMsPerDay: finding.savedMsPerDay,
    ddl: finding.ddl && ddlValue(finding.ddl),
    planner: finding.planner,
  };
}

function ddlValue({ apply, undo, later }: DdlChange): Value {
  if (later === undefined) return { apply, undo };
  return { apply, undo, later: { when: later.when, apply: later.apply, undo: later.undo } };
}

function tableValue({ schema, name, rows, indexes }: ReportedTable): Value {
  return {
    schema,
    name,
    rows,
    indexes: indexes.map((index) => ({
      name: index.name,
      method: index.method,
      keys: index.keys,
      include: index.include,
      predicate: index.predicate,
      unique: index.unique,
      primary: index.primary,
      constraint: index.constraint,
      valid: index.valid,
      bytes: index.bytes,
    })),
  };
}

/** What a finding is on: each key on purpose, in one order, as of all values here. */
export function objectValue({ type, schema, table, name, columns }: FindingObject): Value {
  return { type, schema, table, name, columns };
}

export function evidenceValue({ check, verdict, detail }: Evidence): Value {
  return { check, verdict, detail };
}

/** A query with its costs. */
export function queryValue(query: QueryImpact): Value {
  return {
    fingerprint: query.fingerprint,
    sql: query.sql,
    calls: query.calls,
    totalMs: query.totalMs ?? null,
    callSites: query.callSites.map(callSiteValue),
    costBefore: query.costBefore,
    costAfter: query.costAfter,
    rewrite: query.rewrite,
    planBefore: query.planBefore,
    planAfter: query.planAfter,
  };
}
