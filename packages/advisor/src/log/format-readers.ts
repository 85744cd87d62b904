import { csvlogReader } from "./csvlog-reader.ts";
import { jsonlogReader } from "./jsonlog-reader.ts";
import type { FormatReader, LogFormatName } from "./log-format.ts";
import { mysqlGeneralReader } from "./mysql-general-reader.ts";
import { mysqlSlowReader } from "./mysql-slow-reader.ts";
import { stderrReader } from "./stderr/stderr-reader.ts";

/** Readers by format. Where a log's beginning fits several formats equally well, the first of them is taken. */
export const FORMAT_READERS: Readonly<Record<LogFormatName, FormatReader>> = {
  jsonlog: jsonlogReader,
  csvlog: csvlogReader,
  "mysql-general": mysqlGeneralReader,
  "mysql-slow": mysqlSlowReader,
  stderr: stderrReader,
};

/** Formats in the order in which they are tried. */
export const FORMAT_NAMES: readonly LogFormatName[] = Object.keys(
  FORMAT_READERS,
) as LogFormatName[];
