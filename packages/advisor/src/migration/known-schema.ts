import type { TableName } from "../catalog/catalog.ts";
import type { ConstraintDefinition, IndexDefinition } from "./schema-action.ts";

export interface KnownColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  /** A migration that is being checked added it: no code that runs already names it. */
  readonly created?: true;
}

export interface KnownConstraint extends ConstraintDefinition {
  readonly validated: boolean;
}

/** A table as the migrations so far have made it. */
export interface KnownTable extends TableName {
  /** True where a migration that is being checked created it: it has few rows, and nobody uses it yet. */
  readonly created: boolean;
  readonly temporary: boolean;
  /** It has partitions instead of rows. */
  readonly partitioned?: true;
  readonly columns: readonly KnownColumn[];
  readonly constraints: readonly KnownConstraint[];
  readonly indexes: readonly IndexDefinition[];
}

/** What the statements so far say of the schema. A table that none of them made is not known: it may well exist. */
export interface KnownSchema {
  tables(): Iterable<KnownTable>;
  table(name: TableName): KnownTable | null;
  /** The table of an index. */
  tableOf(index: TableName): KnownTable | null;
}
