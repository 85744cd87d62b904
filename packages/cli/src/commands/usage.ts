import {
  daysBetween,
  indexHistory,
  nameOf,
  type NodeUsage,
  scansPerDay,
  type UsageFile,
  usageHistory,
  type UsageSpan,
} from "@dbadvise/advisor";

/** What was added to a history. */
export function describeRecorded(path: string, nodes: readonly NodeUsage[]): string {
  return nodes
    .map(
      ({ node, role, indexes, since }) =>
        `${path}: added ${node} (${role}), ${indexes.length} indexes, ${
          since === null ? "counting since an unknown time" : `counting since ${day(since)}`
        }`,
    )
    .join("\n");
}

/** For each server and index: scans per day, last use, and how long no scan was counted. */
export function describeUsage({ records, unread }: UsageFile): string {
  const parts = [...usageHistory(records)].map(([node, spans]) => describeNode(node, spans));
  if (unread > 0)
    parts.push(
      `${unread} ${unread === 1 ? "line" : "lines"} could not be read: cut short or damaged`,
    );
  return parts.join("\n\n");
}

function describeNode(node: string, spans: readonly UsageSpan[]): string {
  const records = spans.flatMap((span) => span.records);
  const last = records.at(-1);
  if (last === undefined) return node;
  const title = `${node} (${last.role}): ${records.length} ${
    records.length === 1 ? "record" : "records"
  }, ${day(records[0]?.at ?? last.at)} to ${day(last.at)}`;
  const breaks = spans.flatMap(({ broken, records: [first] }) =>
    broken === null ? [] : [`  counted anew from ${day(first.at)}: ${broken}`],
  );
  const rows = [...last.indexes.keys()].map((key) => row(key, spans, last.at));
  const table = columns([["index", "scans/day", "last use", "no scan for"], ...rows]);
  return [title, ...breaks, ...table.map((line) => `  ${line}`)].join("\n");
}

function row(key: string, spans: readonly UsageSpan[], now: string): readonly string[] {
  const { schema, name } = nameOf(key);
  const rate = scansPerDay(spans, key);
  const known = indexHistory(spans, [key]);
  const used =
    known?.used === null || known?.used === undefined
      ? "none known"
      : known.used.after === null
        ? `before ${day(known.used.before)}`
        : day(known.used.before);
  const quiet = known?.quiet;
  // A quiet span that ends before the last record ended in a reset.
  const until =
    quiet === undefined || daysBetween(quiet.to, now) === 0 ? "" : ` (to ${day(quiet.to)})`;
  return [
    `${schema}.${name}`,
    rate === null ? "-" : rateText(rate.scans),
    used,
    quiet === undefined ? "-" : `${quiet.days.toFixed(1)} days${until}`,
  ];
}

function rateText(scans: number): string {
  return scans >= 10 || Number.isInteger(scans) ? String(Math.round(scans)) : scans.toPrecision(2);
}

function day(time: string): string {
  return time.slice(0, 10);
}

/** The first column to the left, numbers to the right of it. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  return rows.map((cells) =>
    cells
      .map((cell, column) =>
        column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}
