import {
  captureServers,
  DbadviseError,
  type Engine,
  engineFor,
  engineNamed,
  readSnapshot,
  type Snapshot,
} from "@dbadvise/advisor";
import type { Target } from "../resolve-settings.ts";

export interface ReadOptions {
  /** Whether the server's statement statistics are read. */
  readonly statements: boolean;
  readonly progress: (message: string) => void;
}

/** A database whose engine is known, to be read when everything else is in order. */
export interface OpenTarget {
  readonly engine: Engine;
  read(options: ReadOptions): Promise<Snapshot>;
}

/** Finds the target's engine: by the url, or in the snapshot. Connects to nothing yet. */
export async function openTarget(target: Target): Promise<OpenTarget> {
  if (target.kind === "snapshot") {
    const snapshot = await readSnapshot(target.path);
    return { engine: engineNamed(snapshot.server.engine), read: async () => snapshot };
  }
  const [first] = target.urls;
  if (first === undefined)
    throw new DbadviseError("bad-option", "No server was given.", "Give --url.");
  return {
    engine: engineFor(first),
    read: ({ statements, progress }) =>
      captureServers(target.urls, { workload: statements, progress }),
  };
}
