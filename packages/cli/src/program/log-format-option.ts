import { LOG_FORMATS } from "@dbadvise/advisor/logs";
import { Option } from "commander";

export function logFormatOption(): Option {
  return new Option("--log-format <format>", "format of the logs (default: found out)").choices(
    LOG_FORMATS,
  );
}
