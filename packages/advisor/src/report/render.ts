import { renderHtml } from "./html.ts";
import { renderJson } from "./json.ts";
import { renderMarkdown } from "./markdown.ts";
import type { Report } from "./report.ts";
import { renderSarif } from "./sarif.ts";
import { renderText, type TextOptions } from "./text.ts";

export const REPORT_FORMATS = ["text", "json", "markdown", "html", "sarif"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** The whole report in one format, with a line break at the end. Options concern `text` only. */
export function render(report: Report, format: ReportFormat, options: TextOptions): string {
  switch (format) {
    case "text":
      return renderText(report, options);
    case "json":
      return renderJson(report);
    case "markdown":
      return renderMarkdown(report);
    case "html":
      return renderHtml(report);
    case "sarif":
      return renderSarif(report);
  }
}
