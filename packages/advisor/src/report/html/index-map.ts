import type { Finding, FindingCode } from "../../findings/finding.ts";
import type { ReportedIndex, ReportedTable } from "../report.ts";
import { formatBytes, formatPlural } from "../units.ts";
import { findingAnchor } from "./finding-card.ts";
import { html, type Markup } from "./markup.ts";

/** A finding with its anchor's number. */
export interface NumberedFinding {
  readonly number: number;
  readonly finding: Finding;
}

/** One line of a table's map: an index that is there, or one that is advised. */
interface MapRow {
  readonly keys: readonly string[];
  readonly name: string;
  readonly advised: boolean;
  readonly index: ReportedIndex | null;
  readonly bytes: number | null;
  readonly findings: readonly NumberedFinding[];
}

/** What a finding on an existing index says of it, in a word. */
const STATES: Partial<Record<FindingCode, string>> = {
  "bloated-index": "bloated",
  "duplicate-index": "duplicate",
  "invalid-index": "invalid",
  "redundant-index": "redundant",
  "unused-index": "unused",
};

/** The indexes of each table by their columns, so that what begins alike stands together; tables without any are left out. */
export function indexMap(
  tables: readonly ReportedTable[],
  findings: readonly NumberedFinding[],
): Markup | null {
  const maps = tables.flatMap((table) => {
    const rows = rowsOf(table, findings);
    return rows.length === 0 ? [] : [tableMap(table, rows)];
  });
  return maps.length === 0 ? null : html`${maps}`;
}

function rowsOf(
  { schema, name, indexes }: ReportedTable,
  all: readonly NumberedFinding[],
): readonly MapRow[] {
  const findings = all.filter(
    ({ finding: { object } }) => object.schema === schema && object.table === name,
  );
  const existing = indexes.map((index) => ({
    keys: index.keys,
    name: index.name,
    advised: false,
    index,
    bytes: index.bytes,
    findings: findings.filter(
      ({ finding: { code, object } }) =>
        object.type === "index" && code !== "missing-index" && object.name === index.name,
    ),
  }));
  const advised = findings
    .filter(({ finding: { code, ddl } }) => ADVISE.has(code) && ddl !== null)
    .map((numbered) => ({
      keys: numbered.finding.object.columns,
      name: advisedName(numbered.finding),
      advised: true,
      index: null,
      bytes: numbered.finding.bytes,
      findings: [numbered],
    }));
  return [...existing, ...advised].toSorted((a, b) => compareKeys(a.keys, b.keys));
}

/** A constraint's finding has the constraint's name; the index's own stands in the statements. */
function advisedName({ code, object }: Finding): string {
  if (object.name === null) return "";
  return code === "missing-index" ? object.name : `for ${object.name}`;
}

/** Findings whose advice is an index on their object's columns. */
const ADVISE: ReadonlySet<FindingCode> = new Set(["missing-index", "unindexed-foreign-key"]);

/** By columns, one after the other; an index comes before those that go on where it ends. */
function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (const [place, key] of a.entries()) {
    const order = key.localeCompare(b[place] ?? "", "en");
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function tableMap({ schema, name, rows }: ReportedTable, entries: readonly MapRow[]): Markup {
  const size = rows === null ? "never analysed" : formatPlural(rows, "row", "rows");
  return html`<div class="panel">
    <h3>${schema === "" ? name : `${schema}.${name}`} <span class="soft small">${size}</span></h3>
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Columns</th>
          <th scope="col">Index</th>
          <th scope="col" class="num">Size</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        ${entries.map(indexRow)}
      </tbody>
    </table>
  </div> `;
}

function indexRow({ keys, name, advised, index, bytes, findings }: MapRow): Markup {
  return html`<tr class="${advised ? "advised" : ""}">
    <td class="full">
      <span class="keys">${keys.map((key) => html`<code>${key}</code> `)}</span>
      ${index === null ? null : extras(index)}
    </td>
    <td class="full">${name} ${index === null ? null : kinds(index)}</td>
    <td class="num" data-label="Size">
      ${bytes === null ? "unknown" : formatBytes(Math.abs(bytes))}
    </td>
    <td>
      ${advised ? html`<span class="badge good">advised</span> ` : null}
      ${findings.map(
        ({ number, finding: { code } }) =>
          html`<a class="badge ${advised ? "" : "warn"}" href="#${findingAnchor(number)}"
            >${STATES[code] ?? code}</a
          > `,
      )}
    </td>
  </tr> `;
}

/** What an index has beside its keys. */
function extras({ include, predicate }: ReportedIndex): readonly Markup[] {
  return [
    ...(include.length === 0 ? [] : [`includes ${include.join(", ")}`]),
    ...(predicate === null ? [] : [`where ${predicate}`]),
  ].map((extra) => html`<span class="soft small">${extra}</span> `);
}

function kinds(index: ReportedIndex): readonly Markup[] {
  return [
    ...(index.primary ? ["primary key"] : index.unique ? ["unique"] : []),
    ...(index.constraint !== null && !index.primary ? ["constraint"] : []),
    ...(index.method === "btree" ? [] : [index.method]),
    ...(index.valid ? [] : ["not valid"]),
  ].map((kind) => html`<span class="badge plain">${kind}</span> `);
}
