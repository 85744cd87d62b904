import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";

/** Tells when a file may have changed. */
export interface Changes {
  /** Resolves after a change, or after {@link POLL_MS}, or when the signal ends it. */
  next(): Promise<void>;
  end(): void;
}

/** Network file systems, and folders that aren't there yet, tell of no change. */
const POLL_MS = 500;
/** Lines that are written one by one are read several at a time. */
const PAUSE_MS = 25;

export function watchChanges(path: string, signal: AbortSignal): Changes {
  const name = basename(path);
  let changed = false;
  let wake = (): void => {};
  const onChange = (): void => {
    changed = true;
    wake();
  };
  const watcher = watchFolder(dirname(path), (file) => {
    if (file === null || file === name) onChange();
  });
  signal.addEventListener("abort", onChange);
  return {
    async next() {
      await sleep(PAUSE_MS, signal);
      if (!changed && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, POLL_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      changed = false;
    },
    end() {
      watcher?.close();
      signal.removeEventListener("abort", onChange);
    },
  };
}

/** The folder and not the file: that one may be replaced. */
function watchFolder(folder: string, onChange: (file: string | null) => void): FSWatcher | null {
  try {
    const watcher = watch(folder, (_, file) => onChange(file));
    // What it can't tell any more is found by asking.
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
