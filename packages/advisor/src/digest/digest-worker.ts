import { parentPort } from "node:worker_threads";
import { DbadviseError, type DbadviseErrorCode } from "../dbadvise-error.ts";
import { openInput } from "../log/input/open-input.ts";
import type { FileRange } from "../log/read-log.ts";
import { createDigestState, type DigestStateOptions } from "./create-digest-state.ts";
import type { Digest } from "./digest.ts";
import { digestOfRows } from "./digest-of-rows.ts";
import { type DigestPart, transferOf } from "./digest-part.ts";
import { type LogSource, type RangeRest, readInputInto, readRangeInto } from "./read-into.ts";
import { mergeRows, rowsOfRun } from "./row-run.ts";

/** What a worker is told to read. */
export interface ReadTask {
  readonly path: string;
  readonly log: LogSource;
  /** Of a plain file; `null`: all of it from byte `from` on, after decompression. */
  readonly range: FileRange | null;
  readonly from: number;
  readonly options: DigestStateOptions;
}

/** What a task comes to. */
export interface TaskResult {
  readonly part: DigestPart;
  readonly rest: RangeRest;
}

/** What a worker is asked for. */
export type WorkerOrder =
  | { readonly kind: "read"; readonly task: ReadTask }
  | { readonly kind: "finish"; readonly part: DigestPart; readonly maxShapes: number };

/** What a worker says. */
export type WorkerAnswer =
  | { readonly kind: "progress"; readonly bytes: number }
  | ({ readonly kind: "read" } & TaskResult)
  | { readonly kind: "finished"; readonly digest: Digest }
  | {
      readonly kind: "failed";
      /** `null`: not an error that a user can act on. */
      readonly code: DbadviseErrorCode | null;
      readonly message: string;
      readonly hint: string;
    };

/** Reads a task into a part of a digest. `progress` is told the bytes of the file read since its last call. */
export async function readTask(
  { path, log, range, from, options }: ReadTask,
  progress: (bytes: number) => void,
): Promise<TaskResult> {
  const state = createDigestState(options);
  if (range !== null) {
    const rest = readRangeInto(state, path, log, range, progress);
    return { part: state.part(), rest };
  }
  let told = 0;
  const tell = (bytes: number): void => {
    progress(bytes - told);
    told = bytes;
  };
  const rest = await readInputInto(state, openInput(path), log, tell, from);
  return { part: state.part(), rest };
}

/** The digest of a part. The files that it names are read and left. */
export function finishPart({ head, runs }: DigestPart, maxShapes: number): Digest {
  return digestOfRows(head, mergeRows(runs.map(rowsOfRun)), maxShapes);
}

// Imported by whoever needs the types, too: only a worker has somebody to answer.
const port = parentPort;
port?.on("message", (order: WorkerOrder) => {
  const answer = (one: WorkerAnswer, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(one, transfer);
  const fill = async (): Promise<void> => {
    if (order.kind === "finish") {
      answer({ kind: "finished", digest: finishPart(order.part, order.maxShapes) });
      return;
    }
    const result = await readTask(order.task, (bytes) => answer({ kind: "progress", bytes }));
    answer({ kind: "read", ...result }, transferOf(result.part));
  };
  fill().catch((error: unknown) => answer(failureOf(error)));
});

/** Errors lose their class on their way to another thread. */
function failureOf(error: unknown): WorkerAnswer {
  if (error instanceof DbadviseError) {
    const { code, message, hint } = error;
    return { kind: "failed", code, message, hint };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: "failed", code: null, message, hint: "" };
}
