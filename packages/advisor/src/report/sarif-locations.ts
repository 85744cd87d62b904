import { pathToFileURL } from "node:url";
import type { Location, LogicalLocation, Result } from "sarif";
import type { QueryImpact } from "../findings/finding.ts";
import type { CallSite } from "../log/query-event.ts";
import { callSiteText } from "./call-site.ts";
import { sarifText } from "./sarif-text.ts";

/** Places of further queries that a result lists. */
const MAX_RELATED = 20;

/**
 * Where a result is: the database object, and the line of code that sends its queries most often where that is known. A
 * viewer takes the first location, so there is one; the other lines of code are related to it.
 */
export function sarifLocations(
  object: LogicalLocation,
  queries: readonly QueryImpact[],
): Pick<Result, "locations" | "relatedLocations"> {
  const sites = new Map<string, CallSite>();
  for (const site of queries.flatMap(({ callSites }) => callSites)) {
    const key = `${site.file}:${site.line}`;
    sites.set(key, { ...site, calls: site.calls + (sites.get(key)?.calls ?? 0) });
  }
  const [first, ...others] = [...sites.values()].toSorted((a, b) => b.calls - a.calls);
  if (first === undefined) return { locations: [{ logicalLocations: [object] }] };
  return {
    locations: [{ ...physical(first), logicalLocations: [object] }],
    ...(others.length > 0 && {
      relatedLocations: others.slice(0, MAX_RELATED).map((site, id) => ({
        id: id + 1,
        ...physical(site),
        message: { text: sarifText(callSiteText(site)) },
      })),
    }),
  };
}

function physical({ file, line, column }: CallSite): Location {
  return {
    physicalLocation: {
      artifactLocation: artifactLocation(file),
      region: { startLine: line, startColumn: column },
    },
  };
}

/** Paths below the application's folder stay relative, to the root of the sources. */
export function artifactLocation(file: string): {
  readonly uri: string;
  readonly uriBaseId?: string;
} {
  if (/^[a-z][a-z0-9+.-]+:/i.test(file)) return { uri: file };
  if (/^(?:\/|[a-z]:[\\/])/i.test(file)) return { uri: pathToFileURL(file).href };
  const path = file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  return { uri: path, uriBaseId: "%SRCROOT%" };
}
