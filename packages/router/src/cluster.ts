import type { Coverage, Position } from "./position.ts";
import type { RouterNode } from "./router-node.ts";

/** What a caller's read needs of a node. */
export interface ReadNeed {
  /** What it must have reached; `undefined` for no such need. */
  readonly position: Position | undefined;
  /** How far behind it may be, milliseconds; Infinity for any. */
  readonly maxLagMs: number;
  readonly key: string | undefined;
  /** Nodes that have been tried. */
  readonly without: ReadonlySet<string>;
}

export interface ChosenNode<Client> {
  readonly node: RouterNode<Client>;
  /** Whether it is known to meet the need; else the query must be guarded. */
  readonly coverage: Coverage;
  readonly reason: string;
}

/** The servers: who is who, how they are, and who takes the next read. It polls them in the background. */
export interface Cluster<Client> {
  /** The node that takes writes. Throws `NO_PRIMARY` where none is known. */
  primary(): RouterNode<Client>;
  /** The epoch that the primary followed as a replica, before it was promoted; `undefined` where that was not seen. */
  readonly followed: string | undefined;
  /** A replica for a read; `undefined` where none may take it: then the primary does, within its spill budget. */
  replica(need: ReadNeed): ChosenNode<Client> | undefined;
  /**
   * Whether the primary may take a read that no replica takes: always where replicas are well and only lack what it needs, else within
   * the spill budget.
   */
  maySpill(need: ReadNeed): boolean;
  /** Called around each query: outstanding, latency, failures. */
  began(node: RouterNode<Client>): void;
  /** `ms`: `undefined` where neither the time nor the error is the node's alone, as for a transaction. */
  ended(node: RouterNode<Client>, ms: number | undefined, error: unknown): void;
  /** A replica has been seen at a place, a guarded read for instance. */
  passed(node: RouterNode<Client>, position: Position): void;
  /**
   * The newest place that the primary of that name is known to have, for `bounded` and for lag. What was learned of one that is
   * primary no longer says nothing of who is: it may lack that write.
   */
  wrote(primary: string, position: Position): void;
  /** Asks all nodes for their roles now; resolves when it is known who is primary. Calls at once share one round. */
  recheck(): Promise<void>;
  readonly nodes: readonly RouterNode<Client>[];
  /** Ends the polls, and drains the pools that the router owns. */
  close(): Promise<void>;
}
