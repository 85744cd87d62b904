import {
  analyze,
  openCapture,
  openSqlFile,
  readUsage,
  type Report,
  type Severity,
  SEVERITIES,
} from "@dbadvise/advisor";
import type { FailOn } from "../config.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Settings } from "../resolve-settings.ts";
import { leaveWasmPlain } from "./leave-wasm-plain.ts";
import { openLogs } from "./open-logs.ts";
import { openTarget } from "./open-target.ts";
import { withLivePlanner } from "./with-live-planner.ts";

/** `dbadvise analyze`: reads the database and its workload, and finds what should change. */
export async function analyzeCommand(
  settings: Settings,
  folder: string,
  progress: (message: string) => void,
): Promise<Report> {
  leaveWasmPlain();
  const { captures, sqlFiles, statements } = settings;
  const usage = settings.usage === undefined ? [] : (await readUsage(settings.usage)).records;
  const target = await openTarget(settings.target);
  const { engine } = target;
  // Opened before the servers are read: a missing file is told at once.
  const sources = [
    ...(await openLogs(settings, folder, progress)),
    ...captures.map((path) => openCapture(path, engine.systems)),
    ...sqlFiles.map((path) => openSqlFile(path, engine.splitStatements)),
  ];
  const snapshot = await target.read({ statements, progress });
  const { limits } = settings;
  const options = {
    engine,
    snapshot,
    sources,
    usage,
    useSnapshotWorkload: statements,
    limits,
    progress,
  };
  if (settings.planner === "sandbox" || settings.target.kind === "snapshot")
    return analyze(options);
  // The first server is the one that the snapshot is of; `openTarget` has made sure that there is one.
  const [url = ""] = settings.target.urls;
  return withLivePlanner(engine, url, snapshot, (planner) => analyze({ ...options, planner }));
}

/** 1 where a finding is as grave as `failOn` or graver. */
export function exitCodeOf(report: Report, failOn: FailOn): ExitCode {
  if (failOn === "never") return EXIT.clean;
  const grade = (severity: Severity): number => SEVERITIES.indexOf(severity);
  return report.findings.some((finding) => grade(finding.severity) >= grade(failOn))
    ? EXIT.findings
    : EXIT.clean;
}
