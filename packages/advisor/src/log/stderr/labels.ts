import { matches } from "../match-bytes.ts";
import type { MessageSeverity } from "../server-message.ts";

/** What a server writes between a line's prefix and its text. */
export interface Label {
  /** Bytes, with the colon and the two blanks. */
  readonly length: number;
  /** `null`: the line is a further field of a message, not a message. */
  readonly severity: MessageSeverity | null;
  /** Which field it is; `null`: one that nobody reads. */
  readonly field: "detail" | "statement" | null;
}

/**
 * Those of `lc_messages` in English (elog.c, `error_severity` and `send_message_to_server_log`). In other languages the
 * messages are translated too (`Dauer: 0.1 ms  Anweisung: ...`): nothing in such a log could be read.
 */
const SEVERITIES: Readonly<Record<string, MessageSeverity>> = {
  LOG: "log",
  ERROR: "error",
  FATAL: "fatal",
  PANIC: "panic",
  DEBUG: "other",
  DEBUG1: "other",
  DEBUG2: "other",
  DEBUG3: "other",
  DEBUG4: "other",
  DEBUG5: "other",
  INFO: "other",
  NOTICE: "other",
  WARNING: "other",
};
const FIELDS: Readonly<Record<string, Label["field"]>> = {
  DETAIL: "detail",
  STATEMENT: "statement",
  HINT: null,
  QUERY: null,
  CONTEXT: null,
  LOCATION: null,
  BACKTRACE: null,
};

interface SpelledLabel extends Label {
  readonly spelled: Buffer;
}

const LABELS: readonly SpelledLabel[] = [
  ...Object.entries(SEVERITIES).map(([word, severity]) => spelled(word, severity, null)),
  ...Object.entries(FIELDS).map(([word, field]) => spelled(word, null, field)),
];

/** By the first byte. */
const BY_FIRST: readonly (readonly SpelledLabel[])[] = Array.from({ length: 128 }, (_, first) =>
  LABELS.filter((label) => label.spelled[0] === first),
);

/** Finds labels in a text: as many as `labelAt` knows. */
export const LABEL_PATTERN: string = `(?:${[...Object.keys(SEVERITIES), ...Object.keys(FIELDS)].join("|")}):  `;

export function beginsLabel(byte: number): boolean {
  return (BY_FIRST[byte]?.length ?? 0) > 0;
}

/** The label that stands at `at`, `undefined` where none does. */
export function labelAt(bytes: Buffer, at: number, to: number): Label | undefined {
  const first = bytes[at] ?? 0;
  // No label begins with another byte; the most of what is asked for is lower case.
  if (first < 66 || first > 87 || at >= to) return undefined;
  const labels = BY_FIRST[first] ?? [];
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index];
    if (label === undefined || at + label.length > to) continue;
    if (matches(bytes, at, label.spelled)) return label;
  }
  return undefined;
}

function spelled(
  word: string,
  severity: MessageSeverity | null,
  field: Label["field"],
): SpelledLabel {
  const bytes = Buffer.from(`${word}:  `);
  return { spelled: bytes, length: bytes.length, severity, field };
}
