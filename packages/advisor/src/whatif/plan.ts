/** A planner's choice for one query. */
export interface Plan {
  /** Total cost in the planner's unit (PostgreSQL: one sequential page read = 1). */
  readonly cost: number;
  readonly rows: number;
  /** Existing indexes that are used, as `schema.name` of `indexTableName`. */
  readonly indexes: readonly string[];
  /** `candidateId`s of the hypothetical indexes that are used. */
  readonly candidates: readonly string[];
  /** Tables (`schema.name`) that are read from end to end, or until a LIMIT is reached. */
  readonly scans: readonly string[];
  /** How each table is read, in the order of the plan, where the planner tells. */
  readonly accesses?: readonly TableRead[];
  /** The plan as a person reads it, one line per element; hypothetical index names made readable, literals redacted. */
  readonly lines: readonly string[];
}

/** One table's access in a plan. */
export interface TableRead {
  /** `schema.name`. */
  readonly table: string;
  /** In the server's words: `ALL`, `index`, `range`, `ref`, `eq_ref`, `const`, ... */
  readonly type: string;
  /** Existing index by its name, hypothetical one by its `candidateId`; `null` without one. */
  readonly index: string | null;
  /** Rows expected for each time that the table is read. */
  readonly rows: number;
}

export type PlanResult =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly reason: string };
