import { followFile } from "../log/input/follow-file.ts";
import { openStream } from "../log/input/open-input.ts";
import type { KnownFormat } from "../log/input/sniff-format.ts";
import { createDigestState } from "./create-digest-state.ts";
import type { Digest } from "./digest.ts";
import { readInputInto } from "./read-into.ts";
import { joinRests, logSource } from "./run-digest.ts";
import { withSpillFolder } from "./spill-folder.ts";

export interface FollowDigestOptions extends KnownFormat {
  readonly path: string;
  /** Executions outside `[since, until)`, milliseconds since the epoch, aren't counted. Default: all are. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Shapes that are listed; the rest is summed. Default 2000. */
  readonly maxShapes?: number | undefined;
  /** Milliseconds between two digests. Default 10,000. */
  readonly intervalMs?: number | undefined;
  /** Given the digest of all that was read so far, each time that something was. */
  readonly onDigest: (digest: Digest) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const INTERVAL_MS = 10_000;

/**
 * Reads a log that is being written, from its beginning, until the signal aborts: resolves with the digest of all of it.
 * Rotation is followed. Throws `DbadviseError`: `file-not-readable`, `unknown-log-format`.
 */
export async function followDigest(options: FollowDigestOptions): Promise<Digest> {
  return withSpillFolder((spillFolder) => follow(options, spillFolder));
}

async function follow(options: FollowDigestOptions, spillFolder: string): Promise<Digest> {
  const { path, since, until, maxShapes, intervalMs = INTERVAL_MS, onDigest, signal } = options;
  const state = createDigestState({ since, until, spillFolder });
  const finish = (): Digest => state.finish(maxShapes === undefined ? {} : { maxShapes });
  const input = openStream(path, followFile(path, { signal }));
  const source = await logSource(input, options);
  let isNews = false;
  const timer = setInterval(() => {
    if (isNews) onDigest(finish());
    isNews = false;
  }, intervalMs);
  try {
    const rest = await readInputInto(state, input, source, () => {
      isNews = true;
    });
    joinRests(state, source, [rest]);
    return finish();
  } finally {
    clearInterval(timer);
  }
}
