import type { BlockReader } from "../../block-reader.ts";
import type { ByteSpan } from "../../byte-span.ts";
import type { ExecutionSink, Names } from "../../execution.ts";
import type { MessageSink, MessageSeverity } from "../../server-message.ts";
import { inferPrefixes } from "../infer-prefixes.ts";
import { stderrReader } from "../stderr-reader.ts";

/** A message with its names and texts as strings. */
export interface ReadMessage {
  readonly severity: MessageSeverity;
  readonly at: number;
  readonly session: number;
  readonly user: string;
  readonly database: string;
  readonly application: string;
  readonly code: string;
  readonly message: string;
  readonly detail: string;
  readonly statement: string;
  readonly queryId: string;
}

/** What a reader handed over. */
export interface Transcript {
  readonly messages: ReadMessage[];
  /** Session, field, text. */
  readonly late: [number, string, string][];
  unreadLines: number;
  unreadBytes: number;
}

export function newTranscript(): Transcript {
  return { messages: [], late: [], unreadLines: 0, unreadBytes: 0 };
}

/** A reader that writes everything down. */
export function openStderr(transcript: Transcript, prefixes: readonly string[]): BlockReader {
  const user = namesKept();
  const database = namesKept();
  const application = namesKept();
  const sink: MessageSink = {
    message(message) {
      transcript.messages.push({
        severity: message.severity,
        at: message.at,
        session: message.session,
        user: user.texts[message.user] ?? "?",
        database: database.texts[message.database] ?? "?",
        application: application.texts[message.application] ?? "?",
        code: textOf(message.code),
        message: textOf(message.message),
        detail: textOf(message.detail),
        statement: textOf(message.statement),
        queryId: textOf(message.queryId),
      });
    },
    lateField(session, field, text) {
      transcript.late.push([session, field, textOf(text)]);
    },
  };
  return stderrReader.open(
    { name: "stderr", envelope: null, prefixes },
    {
      unread: {
        unread(lines, bytes) {
          transcript.unreadLines += lines;
          transcript.unreadBytes += bytes;
        },
      },
      messages: sink,
      executions: { names: { user, database, application } } as unknown as ExecutionSink,
    },
  );
}

/** Reads a whole log at once. Default: prefixes learned from it. */
export function readStderr(log: string | Buffer, prefixes?: readonly string[]): Transcript {
  const bytes = Buffer.from(log);
  const transcript = newTranscript();
  openStderr(transcript, prefixes ?? inferPrefixes(bytes)).read(bytes, 0, bytes.length, true);
  return transcript;
}

function namesKept(): Names & { readonly texts: string[] } {
  const texts = [""];
  return {
    texts,
    idOf(bytes, from, to) {
      const text = bytes.toString("utf8", from, to);
      if (!texts.includes(text)) texts.push(text);
      return texts.indexOf(text);
    },
  };
}

function textOf({ bytes, from, to }: ByteSpan): string {
  return bytes.toString("utf8", from, to);
}
