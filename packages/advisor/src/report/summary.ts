import type { Confidence, Evidence, Finding, FindingCode, Severity } from "../findings/finding.ts";
import type { PlannerCalls } from "../whatif/planner.ts";
import type { Report, SelectionReport } from "./report.ts";
import { formatBytes, formatCount, formatDecimal, formatDuration, formatPlural } from "./units.ts";

/** The report's totals: sums of what its findings say, nothing else. */
export interface Summary {
  readonly severities: Readonly<Record<Severity, number>>;
  /** Milliseconds a day that the advised statements save; `null` where no finding knows. */
  readonly savedMsPerDay: number | null;
  /** Bytes that the advised statements add and free. */
  readonly bytesAdded: number;
  readonly bytesFreed: number;
}

/** Findings without statements to run add nothing to time and bytes: they advise no change. */
export function summarize(report: Report): Summary {
  const severities = { info: 0, warning: 0, error: 0 };
  let savedMsPerDay: number | null = null;
  let bytesAdded = 0;
  let bytesFreed = 0;
  for (const finding of report.findings) {
    severities[finding.severity]++;
    if (finding.ddl === null) continue;
    if (finding.savedMsPerDay !== null)
      savedMsPerDay = (savedMsPerDay ?? 0) + finding.savedMsPerDay;
    if (finding.bytes !== null && finding.bytes > 0) bytesAdded += finding.bytes;
    if (finding.bytes !== null && finding.bytes < 0) bytesFreed -= finding.bytes;
  }
  return { severities, savedMsPerDay, bytesAdded, bytesFreed };
}

/** `8 (1 error, 5 warnings, 2 info)`; `none`. */
export function describeSeverities({
  severities: { error, warning, info },
}: Pick<Summary, "severities">): string {
  const total = error + warning + info;
  if (total === 0) return "none";
  const parts = [
    ...(error > 0 ? [formatPlural(error, "error", "errors")] : []),
    ...(warning > 0 ? [formatPlural(warning, "warning", "warnings")] : []),
    ...(info > 0 ? [`${info} info`] : []),
  ];
  return `${total} (${parts.join(", ")})`;
}

/** "Not analysed" is never "fine". */
export const NOT_ANALYZED_MEANS =
  "Nothing is known about these, which does not mean that they are fine.";

/** Time saved per day with its share of the time that was seen: a span of minutes makes a poor day, and the share says so. */
export function savingText(
  savedMsPerDay: number | null,
  { totalMs, seconds }: Report["workload"],
): string {
  if (savedMsPerDay === null) return "unknown: no finding has times";
  if (savedMsPerDay < 0)
    return `nothing: the advice costs ${formatDuration(-savedMsPerDay)} per day, by estimated cost`;
  const day = `${formatDuration(savedMsPerDay)} per day, by estimated cost`;
  if (totalMs === undefined || seconds === undefined || totalMs <= 0) return day;
  const share = (savedMsPerDay * seconds) / 86_400 / totalMs;
  return `${day}: ${Math.round(Math.min(1, share) * 100)} % of the time seen in ${formatDuration(seconds * 1000)}`;
}

export function storageText({ bytesAdded, bytesFreed }: Summary): string {
  return `adds ${formatBytes(bytesAdded)}, frees ${formatBytes(bytesFreed)}`;
}

export function planText(calls: PlannerCalls): string {
  return `${formatPlural(calls.planned, "plan", "plans")} in ${formatDuration(calls.milliseconds)}`;
}

export function workloadParts(workload: Report["workload"]): readonly string[] {
  const time =
    workload.totalMs === undefined
      ? "times unknown"
      : `${formatDuration(workload.totalMs)} of execution`;
  const span =
    workload.seconds === undefined ? "" : ` in ${formatDuration(workload.seconds * 1000)}`;
  const shapes = formatPlural(workload.queries, "query shape", "query shapes");
  return [
    shapes,
    formatPlural(workload.calls, "call", "calls"),
    time + span,
    workload.sources.join(", "),
  ];
}

/** What a finding's advice saves and takes, and how sure it is: `verified on ...`, `saves 20 min per day`, `adds 48 MB`. */
export function effectParts({
  confidence,
  planner,
  savedMsPerDay,
  bytes,
}: Finding): readonly string[] {
  const parts = [
    planner === null
      ? CONFIDENCE_WORDS[confidence]
      : `${CONFIDENCE_WORDS[confidence]} ${confidence === "verified" ? "on" : "by"} ${planner}`,
  ];
  if (savedMsPerDay !== null && savedMsPerDay > 0)
    parts.push(`saves ${formatDuration(savedMsPerDay)} per day`);
  if (savedMsPerDay !== null && savedMsPerDay < 0)
    parts.push(`costs ${formatDuration(-savedMsPerDay)} per day`);
  if (bytes !== null && bytes !== 0)
    parts.push(bytes > 0 ? `adds ${formatBytes(bytes)}` : `frees ${formatBytes(-bytes)}`);
  return parts;
}

export const CONFIDENCE_WORDS: Readonly<Record<Confidence, string>> = {
  verified: "verified",
  estimated: "estimated",
  "insufficient-evidence": "insufficient evidence",
};

/** A finding to be shown in full, or several of one code that lack evidence, to be shown shortly. */
export interface FindingGroup {
  readonly code: FindingCode;
  /** Numbers from 1 as shown, one for each finding. */
  readonly numbers: readonly number[];
  /** One or more; more than one only where each is `insufficient-evidence`. */
  readonly findings: readonly [Finding, ...Finding[]];
}

/** The report's order; a later finding that lacks evidence joins the first one of its code. */
export function groupFindings(findings: readonly Finding[]): readonly FindingGroup[] {
  const groups: [Finding, ...Finding[]][] = [];
  for (const finding of findings) {
    const group = groups.find(
      ([first]) => first.code === finding.code && lacksEvidence(first) && lacksEvidence(finding),
    );
    if (group === undefined) groups.push([finding]);
    else group.push(finding);
  }
  let number = 0;
  return groups.map((group) => ({
    code: group[0].code,
    findings: group,
    numbers: group.map(() => ++number),
  }));
}

/** What a group's findings lack, each gap once, with the number of findings that have it where not all do. */
export function sharedGaps(findings: readonly Finding[]): readonly Evidence[] {
  const gaps = findings.flatMap(({ evidence }) =>
    evidence.filter(({ verdict }) => verdict !== "for"),
  );
  return groupBy(gaps, ({ check, verdict, detail }) =>
    JSON.stringify([check, verdict, detail]),
  ).flatMap(([, same]) =>
    same.slice(0, 1).map((gap) => {
      const share =
        same.length === findings.length
          ? ""
          : ` (${formatCount(same.length)} of ${formatCount(findings.length)})`;
      return { ...gap, detail: gap.detail + share };
    }),
  );
}

function lacksEvidence(finding: Finding): boolean {
  return finding.confidence === "insufficient-evidence";
}

/** Items with an equal key, in the order in which the keys appear first. */
export function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): readonly (readonly [key: string, items: readonly T[]])[] {
  return [...Map.groupBy(items, keyOf)];
}

/** `12.4 %` of today's cost. */
export function shareText(share: number): string {
  return `${formatDecimal(share * 100)} %`;
}

/** What limits held, and whether time ended the search; empty where there is nothing to say. */
export function limitText({ budgetBytes, maxIndexes, complete }: SelectionReport): string {
  const parts = [
    ...(budgetBytes === null ? [] : [`at most ${formatBytes(budgetBytes)}`]),
    ...(maxIndexes === null ? [] : [`at most ${formatPlural(maxIndexes, "index", "indexes")}`]),
    ...(complete ? [] : ["the time limit ended the search: more time may find more"]),
  ];
  return parts.join(", ");
}

/** Why a query costs more with the advised indexes. */
export const WORSE_WORDS: Readonly<Record<SelectionReport["worse"][number]["cause"], string>> = {
  plan: "its plan is dearer",
  upkeep: "it writes to a table that gets indexes",
};
