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
import { openPlanning } from "./open-planning.ts";
import { openTarget } from "./open-target.ts";

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
  const planning = openPlanning(engine, settings.target, settings, progress);
  // Opened before the servers are read: a missing file is told at once.
  const sources = [
    ...(await openLogs(settings, folder, progress)),
    ...captures.map((path) => openCapture(path, engine.systems)),
    ...sqlFiles.map((path) => openSqlFile(path, engine.splitStatements)),
  ];
  const snapshot = await target.read({ statements, progress });
  const { limits } = settings;
  try {
    return await analyze({
      engine,
      snapshot,
      planner: planning.create,
      sources,
      usage,
      useSnapshotWorkload: statements,
      limits,
      progress,
    });
  } finally {
    await planning.close();
  }
}

/** 1 where a finding is as grave as `failOn` or graver. */
export function exitCodeOf(report: Report, failOn: FailOn): ExitCode {
  if (failOn === "never") return EXIT.clean;
  const grade = (severity: Severity): number => SEVERITIES.indexOf(severity);
  return report.findings.some((finding) => grade(finding.severity) >= grade(failOn))
    ? EXIT.findings
    : EXIT.clean;
}
