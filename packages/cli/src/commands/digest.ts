import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import {
  DbadviseError,
  type Digest,
  fingerprintShapes,
  followDigest,
  mergeDigests,
  prepareFingerprints,
  type ReadLog,
  readLogsOf,
  type ReadProgress,
  runDigest,
  writeDigest,
} from "@dbadvise/advisor/logs";
import type { DigestSettings } from "../digest-settings.ts";
import { logPaths } from "../log-paths.ts";
import { checkOutputFile } from "../output-file.ts";
import { compileInThread } from "./compile-in-thread.ts";
import { leaveWasmPlain } from "./leave-wasm-plain.ts";

export interface DigestWatcher {
  /** Told how far the reading is. */
  readonly progress: (progress: ReadProgress) => void;
  /** Given what a log that is being written has brought so far, without the parser's fingerprints. */
  readonly refresh: (digest: Digest) => void;
  /** Asked for where a log is followed: ends it with the digest of what was read. */
  readonly interruption: () => AbortSignal;
}

/** `dbadvise digest`: reads logs, and what was saved of others, into one digest; saves it where that was asked. */
export async function digestCommand(
  settings: DigestSettings,
  folder: string,
  watcher: DigestWatcher,
): Promise<Digest> {
  leaveWasmPlain();
  compileInThread();
  const { merge, save, maxShapes, showLiterals } = settings;
  // Before anything is read: a missing file is told at once.
  const saved = await logPaths(merge, folder);
  if (save !== undefined) await checkSaved(save, saved, folder);
  // What saved digests hold of these logs isn't read again.
  const read = merge.length > 0 || save !== undefined ? readLogsOf(saved) : undefined;
  const own =
    settings.logs.length === 0 ? [] : [await digestOfLogs(settings, folder, watcher, read)];
  const digest =
    saved.length === 0 && own[0] !== undefined
      ? own[0]
      : await fingerprintShapes(mergeDigests([...own, ...saved], { maxShapes }));
  if (save !== undefined) writeDigest(save, digest, { examples: showLiterals });
  return digest;
}

async function digestOfLogs(
  settings: DigestSettings,
  folder: string,
  { progress, refresh, interruption }: DigestWatcher,
  continueAfter: readonly ReadLog[] | undefined,
): Promise<Digest> {
  const { logs, logFormat, prefix, since, until, workers, maxShapes, followMs } = settings;
  const options = {
    ...(logFormat === undefined ? {} : { format: logFormat }),
    ...(prefix === undefined ? {} : { prefix }),
    since,
    until,
    maxShapes,
  };
  const [path] = logs;
  if (followMs !== null && path !== undefined) {
    const signal = interruption();
    return fingerprintShapes(
      await followDigest({ ...options, path, intervalMs: followMs, onDigest: refresh, signal }),
    );
  }
  return fingerprintShapes(
    await runDigest({
      ...options,
      inputs: await logPaths(logs, folder),
      continueAfter,
      workers,
      // Who needs it hears of what goes wrong.
      onLexis: (lexis) => void prepareFingerprints(lexis).catch(() => {}),
      progress,
    }),
  );
}

/** Throws `DbadviseError` `bad-option` where a saved digest would be lost, or can't be written. */
async function checkSaved(path: string, merged: readonly string[], folder: string): Promise<void> {
  await checkOutputFile(path);
  const isThere = (await stat(resolve(folder, path)).catch(() => null)) !== null;
  if (!isThere || merged.some((one) => resolve(folder, one) === resolve(folder, path))) return;
  throw new DbadviseError(
    "bad-option",
    `${path} is there already.`,
    `Add to it with --merge ${path} --save ${path}, or name another file.`,
  );
}

/** Throws `DbadviseError` `unread-log` where more than `limit`, a share of 1, of the logs' bytes could not be read. */
export function checkUnread({ sources, unread }: Digest, limit: number): void {
  const bytes = sources.reduce((sum, source) => sum + source.bytes, 0);
  const share = bytes === 0 ? 0 : unread.bytes / bytes;
  if (share <= limit) return;
  const worst = sources.toSorted((a, b) => b.unread.bytes - a.unread.bytes)[0];
  throw new DbadviseError(
    "unread-log",
    `${percent(share)} of the logs' bytes could not be read (${unread.lines} lines${worst === undefined || sources.length === 1 ? "" : `, most of them in ${worst.name}`}): more than the ${percent(limit)} of --max-unread.`,
    "The digest above lacks what they hold. Check that the files are whole and of one format (--log-format, --prefix), or raise --max-unread.",
  );
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
