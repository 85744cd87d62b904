/** How big a table is where it matters. */
export interface ProductionTable {
  readonly rows: number;
  /** Heap without indexes. */
  readonly bytes: number;
  readonly indexBytes: number;
  /** Executions per day of workload queries that read it and that write it; `null` where the workload's time is not known. */
  readonly readsPerDay: number | null;
  readonly writesPerDay: number | null;
}
