import type { WrittenFile } from "../runner.ts";

/** Writes DDL that can't run in a transaction as files of the migration tool; what there is to say of them, or nothing. */
export type WriteDdl = (ddl: {
  readonly apply: readonly string[];
  readonly undo: readonly string[];
}) => {
  readonly files: readonly WrittenFile[];
  readonly note: string;
};
