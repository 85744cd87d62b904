import type { CandidateIndex } from "../candidates/candidate-index.ts";
import type { Block, Condition, Step, TableStep } from "./explain-tree.ts";
import type { PlanFigures } from "./plan-cost.ts";
import { quoteIdent } from "./quote-ident.ts";

export interface RenderOptions {
  readonly created: ReadonlyMap<string, { readonly candidate: CandidateIndex }>;
  /** Replaces literals by `?`. */
  readonly redact: boolean;
}

/** The plan as a person reads it, one line per element, those inside another indented. */
export function renderPlan(
  tree: Block,
  figures: PlanFigures,
  { created, redact }: RenderOptions,
): readonly string[] {
  const head = (part: Step | Block, title: string): string => {
    const { cost = 0, rows = 0 } = figures.of.get(part) ?? {};
    return `${title}  (cost=${cost.toFixed(2)} rows=${rowsText(rows)})`;
  };
  const condition = ({ name, text }: Condition): string =>
    `${name}: ${redact ? withoutLiterals(text) : text}`;

  const ofBlock = (block: Block): readonly string[] => {
    if (block.message !== null) return [block.message];
    const steps =
      block.union.length > 0
        ? [head(block, "Union"), ...block.union.flatMap((one) => indented(ofBlock(one)))]
        : ofSteps(block.steps, block);
    return [
      ...block.conditions.map(condition),
      ...steps,
      ...block.subqueries.flatMap(({ block: below, dependent }) => [
        dependent ? "Subquery, for each row" : "Subquery, once",
        ...indented(ofBlock(below)),
      ]),
    ];
  };

  const ofSteps = (steps: readonly Step[], whole: Block | Step): readonly string[] =>
    steps.length > 1
      ? [head(whole, "Nested loop"), ...steps.flatMap((step) => indented(ofStep(step)))]
      : steps.flatMap(ofStep);

  const ofStep = (step: Step): readonly string[] => {
    if (step.kind === "table") return ofTable(step);
    const title = step.kind === "sort" ? "Sort" : "Temporary table";
    return [
      head(step, title),
      ...step.conditions.map((one) => `  ${condition(one)}`),
      ...indented(ofSteps(step.steps, step)),
    ];
  };

  const ofTable = (step: TableStep): readonly string[] => {
    const { cost = 0 } = figures.of.get(step) ?? {};
    const used = step.indexes.map((name) => {
      const candidate = created.get(name)?.candidate;
      return candidate === undefined
        ? quoteIdent(name)
        : `[new index on ${readableIndex(candidate)}]`;
    });
    const words = [
      `${step.access} on ${quoteIdent(step.alias)}`,
      ...(used.length === 0 ? [] : [`using ${step.covering ? "only " : ""}${used.join(", ")}`]),
      ...(step.keyParts.length === 0 ? [] : [`by ${step.keyParts.map(quoteIdent).join(", ")}`]),
      ...(step.notes.length === 0 ? [] : [`(${step.notes.join(", ")})`]),
    ];
    const filtered = step.filtered < 1 ? ` filtered=${(step.filtered * 100).toFixed(1)}%` : "";
    return [
      `${words.join(" ")}  (cost=${cost.toFixed(2)} rows=${rowsText(step.rows)}${filtered})`,
      ...step.conditions.map((one) => `  ${condition(one)}`),
      ...(step.filledBy === null
        ? []
        : ["  Filled by", ...indented(indented(ofBlock(step.filledBy)))]),
    ];
  };

  return ofBlock(tree);
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

function rowsText(rows: number): string {
  return rows < 10 ? String(Number(rows.toFixed(2))) : String(Math.round(rows));
}

/** `orders (customer_id, placed_at DESC)`: a proposed index as a person reads it. */
function readableIndex({ table, keys }: CandidateIndex): string {
  const parts = keys.map(
    ({ column, expression, prefix, direction }) =>
      (column === null ? expression : quoteIdent(column)) +
      (prefix === undefined ? "" : `(${prefix})`) +
      (direction === "desc" ? " DESC" : ""),
  );
  return `${quoteIdent(table.name)} (${parts.join(", ")})`;
}

/** Servers print names in backticks or bare, strings in single quotes. */
function withoutLiterals(condition: string): string {
  return condition.replaceAll(
    /`(?:[^`]|``)*`|(?:\b[xXbBnN]|_\w+\s?)?'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|(?<![\w$#.])-?(?:0x[\da-f]+|\d+(?:\.\d*)?(?:e[+-]?\d+)?)(?![\w$])/gi,
    (found) => (found.startsWith("`") ? found : "?"),
  );
}
