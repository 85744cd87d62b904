import type { Engine, EventSource, Session, Snapshot } from "@dbadvise/advisor";
import type { DemoQuery } from "./shop-workload.ts";

/** A shop that is filled and was asked its workload: a database like any other, but for the way to it. */
export interface Shop {
  readonly engine: Engine;
  /** May write. */
  readonly session: Session;
  readonly workload: readonly DemoQuery[];
  /** Of the workload, where the server has no statistics of it. */
  readonly sources: readonly EventSource[];
  /** The server that plans, where that is not the engine's own choice. */
  readonly scratchUrl?: string;
  /** What a reader has to know of the measurements. */
  readonly footnotes: readonly string[];
  capture(): Promise<Snapshot>;
  /** Executes a query of the workload: milliseconds of its execution. */
  measure(sql: string, parameters: DemoQuery["executions"][number]): Promise<number>;
  close(): Promise<void>;
}

/** Opens a shop on some server. `scratchUrl`: one that holds nothing else; else one is looked for, or embedded. */
export type OpenShop = (
  progress: (message: string) => void,
  scratchUrl: string | undefined,
) => Promise<Shop>;
