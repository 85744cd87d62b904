import { closingQuote } from "./closing-quote.ts";
import { parseLogTime } from "./log-time.ts";
import { MAX_RECORD_LENGTH, type RecordReader, type RecordSink } from "./log-record.ts";

/** Columns of PostgreSQL's `csvlog`, by position. Versions differ only after the application name (23 to 26 columns). */
const COLUMN = {
  time: 0,
  user: 1,
  database: 2,
  pid: 3,
  session: 5,
  severity: 11,
  message: 13,
  detail: 14,
  application: 22,
} as const;
const MIN_COLUMNS = 23;
const MAX_COLUMNS = 26;

/** Time, user, database, process, client, session, line number: inside a quoted field, quotes are doubled, so that no text looks like it. */
const RECORD_START =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [A-Za-z0-9+-]+,(?:"(?:[^"]|"")*")?,(?:"(?:[^"]|"")*")?,\d*,(?:"(?:[^"]|"")*")?,[0-9a-f]+\.[0-9a-f]+,\d+,/;

/** Whether a line begins a record of PostgreSQL's `log_destination = csvlog`. */
export function isCsvRecordStart(line: string): boolean {
  return RECORD_START.test(line);
}

/** Reads `csvlog`: a record ends at the first line break outside quotes. */
export function createCsvlogReader(sink: RecordSink): RecordReader {
  let open: string[] = [];
  let openLength = 0;
  let insideQuotes = false;

  const close = (): void => {
    const fields = openLength < MAX_RECORD_LENGTH ? csvFields(open.join("\n")) : undefined;
    open = [];
    openLength = 0;
    if (fields === undefined) {
      sink.unread();
      return;
    }
    const field = (index: number): string | undefined => fields[index] || undefined;
    sink.record({
      severity: field(COLUMN.severity) ?? "",
      message: field(COLUMN.message) ?? "",
      detail: field(COLUMN.detail),
      time: parseLogTime(field(COLUMN.time) ?? ""),
      session: field(COLUMN.session) ?? field(COLUMN.pid) ?? "",
      user: field(COLUMN.user),
      database: field(COLUMN.database),
      application: field(COLUMN.application),
    });
  };

  return {
    line(text) {
      if (isCsvRecordStart(text)) {
        // A record still open here lost its end.
        if (open.length > 0) close();
        insideQuotes = false;
      } else if (open.length === 0) {
        if (text !== "") sink.unread();
        return;
      }
      // Above the limit only the length is still counted.
      if (openLength < MAX_RECORD_LENGTH) open.push(text);
      openLength += text.length + 1;
      if (hasOddQuotes(text)) insideQuotes = !insideQuotes;
      if (!insideQuotes) close();
    },
    end() {
      if (open.length > 0) close();
    },
  };
}

function hasOddQuotes(text: string): boolean {
  let odd = false;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) odd = !odd;
  return odd;
}

/** The fields of one record, unquoted; `undefined` where quotes do not match or columns are missing. */
function csvFields(record: string): readonly string[] | undefined {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let end: number;
    if (record[at] === '"') {
      const close = closingQuote(record, at, '"');
      if (close === -1) return undefined;
      fields.push(record.slice(at + 1, close).replaceAll('""', '"'));
      end = close + 1;
    } else {
      const comma = record.indexOf(",", at);
      end = comma === -1 ? record.length : comma;
      fields.push(record.slice(at, end));
    }
    if (end === record.length) break;
    if (record[end] !== ",") return undefined;
    at = end + 1;
  }
  return fields.length >= MIN_COLUMNS && fields.length <= MAX_COLUMNS ? fields : undefined;
}
