import { Option } from "commander";
import { FAIL_ON } from "../config.ts";

export function failOnOption(): Option {
  return new Option(
    "--fail-on <severity>",
    "exit with 1 from this severity on (default: warning)",
  ).choices(FAIL_ON);
}
