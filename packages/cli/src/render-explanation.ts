import type { Finding, Plan } from "@dbadvise/advisor";
import type { Explanation } from "./commands/explain.ts";
import { painter } from "./painter.ts";

/** The explanation for a terminal: plan now, advised indexes with their DDL, plan with them. */
export function renderExplanation(
  explanation: Explanation,
  { color }: { readonly color: boolean },
): string {
  const paint = painter(color);
  const { plan, planner, findings, notes } = explanation;
  const after = findings[0]?.queries[0];
  const lines = [
    paint.bold(`Plan now, cost ${cost(plan.cost)}`) + paint.dim(`  ${planner}`),
    ...indent(plan.lines),
    "",
  ];
  if (after === undefined) {
    lines.push(
      paint.bold("No index is advised."),
      ...indent(notes.length > 0 ? notes : [reasonFor(plan)]),
    );
  } else {
    const factor = plan.cost / after.costAfter;
    lines.push(
      paint.bold(
        `Plan with the advised ${findings.length === 1 ? "index" : "indexes"}, cost ${cost(after.costAfter)}`,
      ) + ` (${factor >= 10 ? Math.round(factor) : factor.toFixed(1)} times cheaper)`,
      ...indent(after.planAfter),
      "",
      ...findings.flatMap(ddlOf).map((statement) => paint.green(statement)),
      ...findings
        .flatMap((finding) => finding.ddl?.undo ?? [])
        .map((statement) => paint.dim(`-- undo: ${statement}`)),
    );
  }
  return `${lines.join("\n")}\n`;
}

function reasonFor(plan: Plan): string {
  return plan.indexes.length > 0
    ? `It already uses ${plan.indexes.join(", ")}, and no further index makes it much cheaper.`
    : "No index that was tried makes it much cheaper.";
}

function ddlOf(finding: Finding): readonly string[] {
  return finding.ddl?.apply ?? [];
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

function cost(value: number): string {
  return value.toFixed(2);
}
