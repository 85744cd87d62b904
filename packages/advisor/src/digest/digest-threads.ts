import { Worker } from "node:worker_threads";
import { DbadviseError } from "../dbadvise-error.ts";
import type { Digest } from "./digest.ts";
import { type DigestPart, transferOf } from "./digest-part.ts";
import type { ReadTask, TaskResult, WorkerAnswer, WorkerOrder } from "./digest-worker.ts";

/** Threads that read the ranges of logs, and finish what they came to. */
export interface DigestThreads {
  /**
   * Has the tasks read, one after the other in each thread, and ends threads that there is nothing for. `progress` is told
   * the bytes read since its last call.
   */
  begin(tasks: readonly ReadTask[], progress: (bytes: number) => void): void;
  /** What one of those tasks came to. */
  read(task: ReadTask): Promise<TaskResult>;
  /** The digest of a part: in a thread, whose heap is kept small. Its buffers are gone afterwards. */
  finish(part: DigestPart, maxShapes: number): Promise<Digest>;
  /** Ends the threads; what they have not done is never told. */
  end(): void;
}

interface Job {
  readonly order: WorkerOrder;
  readonly transfer: ArrayBuffer[];
  readonly settled: PromiseWithResolvers<Extract<WorkerAnswer, { kind: "read" | "finished" }>>;
}

/** A thread makes little that lives on: V8 need not let garbage grow. In megabytes. */
const HEAP = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 512 };

/**
 * `count` threads, which load what they need while it is told what to read: that takes a tenth of a second. What is asked
 * for is rejected with the signal's reason once it aborts.
 */
export function createDigestThreads(count: number, signal: AbortSignal | undefined): DigestThreads {
  const jobs = new Map<ReadTask, Job>();
  const waiting: Job[] = [];
  const ends = new Set<() => void>();
  const idle: (() => void)[] = [];
  /** What threads do when it is known what there is to do; `null`: it is. */
  let early: (() => void)[] | null = [];
  let progress: (bytes: number) => void = () => {};
  let failure: { readonly error: unknown } | null = null;

  const start = (): void => {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const worker = new Worker(new URL(`./digest-worker.${extension}`, import.meta.url), {
      resourceLimits: HEAP,
    });
    let current: Job | undefined;
    const end = (): void => {
      ends.delete(end);
      signal?.removeEventListener("abort", abort);
      void worker.terminate();
    };
    const fail = (error: unknown): void => {
      failure ??= { error };
      for (const job of [current, ...waiting.splice(0)]) job?.settled.reject(error);
      end();
    };
    const abort = (): void => fail(signal?.reason);
    const next = (): void => {
      current = waiting.shift();
      if (current !== undefined) worker.postMessage(current.order, current.transfer);
      // One is enough for what is asked for later.
      else if (idle.length === 0) idle.push(next);
      else end();
    };
    worker.on("message", (answer: WorkerAnswer) => {
      switch (answer.kind) {
        case "progress":
          progress(answer.bytes);
          return;
        case "failed":
          fail(errorOf(answer));
          return;
        case "read":
        case "finished":
          current?.settled.resolve(answer);
          next();
      }
    });
    worker.on("error", fail);
    signal?.addEventListener("abort", abort, { once: true });
    ends.add(end);
    if (early === null) next();
    else early.push(next);
  };

  const resultOf = async <Kind extends "read" | "finished">(
    { settled }: Job,
    kind: Kind,
  ): Promise<Extract<WorkerAnswer, { kind: Kind }>> => {
    const answer = await settled.promise;
    if (answer.kind !== kind) throw new Error(`A thread answered with ${answer.kind}.`);
    return answer as Extract<WorkerAnswer, { kind: Kind }>;
  };

  for (let thread = 0; thread < count; thread++) start();
  return {
    begin(tasks, tell) {
      if (failure !== null) throw failure.error;
      progress = tell;
      for (const task of tasks) {
        const job = newJob({ kind: "read", task });
        jobs.set(task, job);
        waiting.push(job);
      }
      const nexts = early ?? [];
      early = null;
      for (const next of nexts) next();
    },
    async read(task) {
      const job = jobs.get(task);
      if (job === undefined) throw new Error("Nobody reads this task.");
      return resultOf(job, "read");
    },
    async finish(part, maxShapes) {
      signal?.throwIfAborted();
      const job = newJob({ kind: "finish", part, maxShapes }, transferOf(part));
      waiting.push(job);
      const next = idle.pop() ?? start;
      next();
      return (await resultOf(job, "finished")).digest;
    },
    end() {
      for (const end of ends) end();
    },
  };
}

function newJob(order: WorkerOrder, transfer: ArrayBuffer[] = []): Job {
  const settled: Job["settled"] = Promise.withResolvers();
  // Whoever asks hears of it.
  settled.promise.catch(() => undefined);
  return { order, transfer, settled };
}

function errorOf({ code, message, hint }: Extract<WorkerAnswer, { kind: "failed" }>): Error {
  return code === null ? new Error(message) : new DbadviseError(code, message, hint);
}
