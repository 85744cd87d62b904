/** A table as a plan reads it. */
export interface TableStep {
  readonly kind: "table";
  /** As the plan names it: by its alias. */
  readonly alias: string;
  /** `ALL`, `index`, `range`, `ref`, `eq_ref`, `const`, `index_merge`, ... */
  readonly access: string;
  /** Names of the indexes that are read: several of `index_merge`, else one or none. */
  readonly indexes: readonly string[];
  /** Columns of the index that are looked up, as far as the server tells. */
  readonly keyParts: readonly string[];
  /** What the key is compared with: `const`, or columns of other tables. */
  readonly ref: readonly string[];
  /** Rows expected for each time that the table is read. */
  readonly rows: number;
  /** Share of them that its conditions let through, 0 to 1. */
  readonly filtered: number;
  /** Whether the index holds all that is asked. */
  readonly covering: boolean;
  /** Whether it is read once for many rows of the tables before it (block nested loop, hash join). */
  readonly buffered: boolean;
  readonly conditions: readonly Condition[];
  /** What else the server says: `backward`, `for group by`, ... */
  readonly notes: readonly string[];
  /** The query that fills it, of a derived table or a materialized subquery. */
  readonly filledBy: Block | null;
}

export interface Condition {
  readonly name: "Index condition" | "Condition" | "Having" | "Sort key";
  readonly text: string;
}

/** Work on the rows of some steps together. */
export interface WorkStep {
  readonly kind: "sort" | "temporary table";
  readonly conditions: readonly Condition[];
  readonly steps: readonly Step[];
}

export type Step = TableStep | WorkStep;

/** One SELECT, UPDATE, ...; or the union of several. */
export interface Block {
  /** In their order: each table is read for each row of those before it. */
  readonly steps: readonly Step[];
  readonly union: readonly Block[];
  readonly subqueries: readonly Subquery[];
  /** Why no table is read. */
  readonly message: string | null;
  readonly conditions: readonly Condition[];
}

export interface Subquery {
  readonly block: Block;
  /** Whether it runs for each row, since it looks at the outer query's columns. */
  readonly dependent: boolean;
}

/** All tables of a block and of those below it, in the order of the plan. */
export function tableSteps(block: Block): readonly TableStep[] {
  const ofStep = (step: Step): readonly TableStep[] =>
    step.kind === "table"
      ? [step, ...(step.filledBy === null ? [] : tableSteps(step.filledBy))]
      : step.steps.flatMap(ofStep);
  return [
    ...block.steps.flatMap(ofStep),
    ...block.union.flatMap(tableSteps),
    ...block.subqueries.flatMap(({ block: below }) => tableSteps(below)),
  ];
}

/** The same plan with other figures of its tables. */
export function mapTables(block: Block, change: (step: TableStep) => TableStep): Block {
  const ofStep = (step: Step): Step =>
    step.kind === "table"
      ? change({
          ...step,
          filledBy: step.filledBy === null ? null : mapTables(step.filledBy, change),
        })
      : { ...step, steps: step.steps.map(ofStep) };
  return {
    ...block,
    steps: block.steps.map(ofStep),
    union: block.union.map((one) => mapTables(one, change)),
    subqueries: block.subqueries.map((one) => ({ ...one, block: mapTables(one.block, change) })),
  };
}
