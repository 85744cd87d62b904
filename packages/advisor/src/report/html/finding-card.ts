import type { DdlChange } from "../../engine.ts";
import type { Finding, QueryImpact } from "../../findings/finding.ts";
import { callSiteText } from "../call-site.ts";
import { objectLabel } from "../object-label.ts";
import { effectParts, type FindingGroup, sharedGaps } from "../summary.ts";
import { formatBytes, formatCostChange, formatDuration, formatPlural } from "../units.ts";
import { html, type Markup } from "./markup.ts";
import { anchor, codeBox, planBox } from "./page-parts.ts";
import { statementLine } from "./query-table.ts";

/** Anchor of the query with a fingerprint; `null` where the page has none. */
export type QueryAnchors = ReadonlyMap<string, string>;

/** Anchor of a finding, by its number on the page. */
export function findingAnchor(number: number): string {
  return anchor("finding", String(number));
}

/** One finding in full, or several of one code that lack evidence, in short. */
export function findingCard(group: FindingGroup, queries: QueryAnchors): Markup {
  const [finding, ...others] = group.findings;
  const label =
    others.length === 0
      ? objectLabel(finding)
      : formatPlural(group.findings.length, "object", "objects");
  return html`<article
    class="card finding ${finding.severity}"
    id="${findingAnchor(group.numbers[0] ?? 0)}"
  >
    <div class="head">
      <span class="badge ${finding.severity}">${finding.severity}</span>
      <h3>${finding.code}</h3>
      <code>${label}</code>
    </div>
    ${others.length === 0 ? fullFinding(finding, queries) : shortFindings(group)}
  </article> `;
}

function fullFinding(finding: Finding, queries: QueryAnchors): Markup {
  const { ddl } = finding;
  return html`<p>${finding.message}</p>
    <p>${effectParts(finding).map((part) => html`<span class="badge plain">${part}</span> `)}</p>
    ${ddl === null ? null : statements(ddl)}
    ${finding.queries.map((query, index) => impactBlock(query, queries, index === 0))}
    ${ledger(finding.evidence)}`;
}

function statements({ apply, undo, later }: DdlChange): Markup {
  const box = (title: string, texts: readonly string[]): Markup | null =>
    texts.length === 0
      ? null
      : html`<div>
          <h3>${title}</h3>
          ${codeBox(texts.join("\n"), `${title}: statements`)}
        </div>`;
  return html`<div class="sides">${box("Apply", apply)}${box("Undo", undo)}</div>
    ${
      later === undefined
        ? null
        : html`<p>Then, ${later.when}:</p>
            <div class="sides">
              ${box("Apply later", later.apply)}${box("Undo of that", later.undo)}
            </div>`
    }`;
}

/** One query that the finding concerns, with its plans side by side. */
function impactBlock(query: QueryImpact, queries: QueryAnchors, open: boolean): Markup {
  const target = queries.get(query.fingerprint);
  const facts = [
    formatPlural(query.calls, "call", "calls"),
    query.totalMs === undefined ? "" : formatDuration(query.totalMs),
    `cost ${formatCostChange(query.costBefore, query.costAfter)}`,
    ...query.callSites.map(callSiteText),
  ].filter((fact) => fact !== "");
  const line = html`<code>${statementLine(query.sql)}</code>`;
  return html`<div class="impact">
    <p>${target === undefined ? line : html`<a href="#${target}">${line}</a>`}</p>
    <p class="soft small">${facts.join(" · ")}</p>
    ${
      query.rewrite === null
        ? null
        : html`<h3>In other words</h3>
            ${codeBox(query.rewrite, "The query in other words")}`
    }
    ${plans(query, open)}
  </div>`;
}

function plans({ planBefore, planAfter }: QueryImpact, open: boolean): Markup | null {
  if (planBefore.length === 0 && planAfter.length === 0) return null;
  const content = html`<summary>Plans before and after</summary>
    <div class="sides">
      <div>
        <h3>Before</h3>
        ${planBox(planBefore, "Plan before")}
      </div>
      <div>
        <h3>After</h3>
        ${planBox(planAfter, "Plan after")}
      </div>
    </div>`;
  return open ? html`<details open>${content}</details>` : html`<details>${content}</details>`;
}

function shortFindings({ findings, numbers }: FindingGroup): Markup {
  return html`<p>Insufficient evidence: nothing is advised for these yet.</p>
    <ul>
      ${findings.map(
        (finding, index) =>
          html`<li
            id="${index === 0 ? `${findingAnchor(numbers[0] ?? 0)}-first` : findingAnchor(numbers[index] ?? 0)}"
          >
            <code>${objectLabel(finding)}</code>
            ${finding.bytes === null ? null : html`(${formatBytes(Math.abs(finding.bytes))})`}
          </li> `,
      )}
    </ul>
    ${ledger(sharedGaps(findings))}`;
}

const VERDICTS = { for: "✓", against: "✗", unknown: "?" } as const;

function ledger(evidence: Finding["evidence"]): Markup | null {
  if (evidence.length === 0) return null;
  return html`<ul class="ledger">
    ${evidence.map(
      ({ check, verdict, detail }) =>
        html`<li>
          <b class="${verdict}" title="${verdict}">${VERDICTS[verdict]}</b>
          <span class="soft">${check}:</span> ${detail}
        </li> `,
    )}
  </ul>`;
}
