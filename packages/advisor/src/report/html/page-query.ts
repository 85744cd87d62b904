import type { Digest } from "../../digest/digest.ts";
import type { CallSite } from "../../log/query-event.ts";
import { DIGEST_SORTS, type RankedShape, rankShapes } from "../digest/rank-shapes.ts";
import type { Report } from "../report.ts";
import { anchor } from "./page-parts.ts";

/** A finding that concerns a query, as the query links to it. */
export interface FindingLink {
  readonly anchor: string;
  readonly code: string;
  readonly label: string;
}

/** A query as the page shows it: of a digest, of findings, or of both. */
export interface PageQuery {
  readonly anchor: string;
  readonly text: string;
  readonly calls: number;
  /** Microseconds; `null` where no source knew it. */
  readonly totalUs: number | null;
  readonly fingerprint: string | null;
  /** `null`: the logs don't have it. */
  readonly logged: RankedShape | null;
  readonly findings: readonly FindingLink[];
  readonly callSites: readonly CallSite[];
}

/** What findings say of a query, by its fingerprint. */
export type QueryLinks = ReadonlyMap<string, readonly FindingLink[]>;

/**
 * As many shapes for each order as asked for, and those with the fingerprints, by total time: whichever order the reader
 * chooses, its first ones are there.
 */
export function shownShapes(
  digest: Digest,
  limit: number,
  fingerprints: ReadonlySet<string> = new Set(),
): readonly RankedShape[] {
  const ids = new Set(
    DIGEST_SORTS.flatMap((sort) =>
      rankShapes(digest, sort, limit).shown.map(({ shape }) => shape.id),
    ),
  );
  return rankShapes(digest, "total", digest.shapes.length).shown.filter(
    ({ shape }) => ids.has(shape.id) || fingerprints.has(shape.fingerprint ?? ""),
  );
}

/** Queries that findings or the choice of indexes name. */
export function concernedQueries({
  findings,
  selection,
}: Pick<Report, "findings" | "selection">): readonly ConcernedQuery[] {
  return [...findings.flatMap(({ queries }) => queries), ...(selection?.worse ?? [])];
}

interface ConcernedQuery {
  readonly fingerprint: string;
  readonly sql: string;
  readonly calls: number;
  readonly totalMs?: number | undefined;
  readonly callSites: readonly CallSite[];
}

/** Queries of a digest and those that only the report's findings name, by total time. */
export function pageQueries(
  shapes: readonly RankedShape[],
  report: Pick<Report, "findings" | "selection">,
  links: QueryLinks,
): readonly PageQuery[] {
  const impacts = new Map(
    concernedQueries(report).map((query) => [query.fingerprint, query] as const),
  );
  const logged = shapes.map((entry): PageQuery => {
    const { shape } = entry;
    const fingerprint = shape.fingerprint ?? "";
    return {
      anchor: anchor("q", shape.id),
      text: shape.text,
      calls: shape.calls,
      totalUs: shape.timedCalls === 0 ? null : shape.totalUs,
      fingerprint: shape.fingerprint,
      logged: entry,
      findings: links.get(fingerprint) ?? [],
      callSites: impacts.get(fingerprint)?.callSites ?? [],
    };
  });
  const known = new Set(logged.map(({ fingerprint }) => fingerprint));
  const others = [...impacts.values()]
    .filter(({ fingerprint }) => !known.has(fingerprint))
    .map((query): PageQuery => {
      const { totalMs } = query;
      return {
        anchor: anchor("q", query.fingerprint),
        text: query.sql,
        calls: query.calls,
        totalUs: totalMs === undefined ? null : totalMs * 1000,
        fingerprint: query.fingerprint,
        logged: null,
        findings: links.get(query.fingerprint) ?? [],
        callSites: query.callSites,
      };
    });
  return [...logged, ...others].toSorted(
    (a, b) => (b.totalUs ?? -1) - (a.totalUs ?? -1) || b.calls - a.calls,
  );
}
