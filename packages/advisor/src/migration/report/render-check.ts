import type { CheckReport } from "../check-report.ts";
import type { CheckRenderOptions } from "./check-summary.ts";
import { renderCheckGithub } from "./github.ts";
import { renderCheckGitlab } from "./gitlab.ts";
import { renderCheckJson } from "./json.ts";
import { renderCheckJunit } from "./junit.ts";
import { renderCheckMarkdown } from "./markdown.ts";
import { renderCheckSarif } from "./sarif.ts";
import { renderCheckText } from "./text.ts";

export const CHECK_FORMATS = [
  "text",
  "json",
  "sarif",
  "github",
  "gitlab",
  "junit",
  "markdown",
] as const;
export type CheckFormat = (typeof CHECK_FORMATS)[number];

/** The whole report in one format, with a line break at the end. */
export function renderCheck(
  report: CheckReport,
  format: CheckFormat,
  options: CheckRenderOptions,
): string {
  switch (format) {
    case "text":
      return renderCheckText(report, options);
    case "json":
      return renderCheckJson(report);
    case "sarif":
      return renderCheckSarif(report, options);
    case "github":
      return renderCheckGithub(report, options);
    case "gitlab":
      return renderCheckGitlab(report, options);
    case "junit":
      return renderCheckJunit(report, options);
    case "markdown":
      return renderCheckMarkdown(report, options);
  }
}
