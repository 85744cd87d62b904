import { type EventSource, type LogFormatName, openLog } from "@dbadvise/advisor";
import { logPaths } from "../log-paths.ts";
import { readingMessage } from "../reading-progress.ts";

export interface LogSettings {
  /** Patterns of file names, `-` for the standard input. */
  readonly logs: readonly string[];
  readonly logFormat: LogFormatName | undefined;
  readonly prefix: string | undefined;
}

/** Opens the logs of an analysis. Throws `DbadviseError`: `file-not-readable`, `bad-option` for a pattern of no file. */
export async function openLogs(
  { logs, logFormat, prefix }: LogSettings,
  folder: string,
  report: (message: string) => void,
): Promise<readonly EventSource[]> {
  return (await logPaths(logs, folder)).map((path) => {
    let begun = 0;
    return openLog(path, {
      ...(logFormat === undefined ? {} : { format: logFormat }),
      ...(prefix === undefined ? {} : { prefix }),
      progress: (reading) => {
        // Logs are read one after another.
        begun ||= performance.now();
        report(readingMessage(reading, performance.now() - begun, false));
      },
    });
  });
}
