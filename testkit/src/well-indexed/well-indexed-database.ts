/**
 * A database as an experienced administrator would leave it: every statement of its workload has the indexes that it
 * needs, and no index is there without a use. Whoever advises a change to it should have a very good reason.
 */
export interface WellIndexedDatabase {
  readonly name: string;
  /** Statements that make and fill it. `:n` stands for the rows of its largest table. */
  readonly setup: string;
  /** With values, as an application sends them. */
  readonly workload: readonly string[];
}
