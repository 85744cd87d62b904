import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { randomOf } from "../selection/generated.ts";

/** Formats that logs are generated in, by the names of `--log-format`. */
export type VariedFormat = "stderr" | "csvlog" | "jsonlog" | "mysql-slow";

/** A real server's log that goes on: the sample again and again, with other times, connections, durations and constants. */
export interface VariedLog {
  /** What stands before the first execution, once. */
  readonly head: Buffer;
  /** Executions in each round. */
  readonly executions: number;
  /** The next round, always of the same length. The buffer is used again for the one after it. */
  next(): Buffer;
}

interface Sample {
  readonly file: string;
  /** The first execution: what is before it is not repeated. */
  readonly firstExecution: RegExp;
  /** Each match is one execution. */
  readonly execution: RegExp;
  /** Statements, by their first group. */
  readonly statement: RegExp;
}

const SERVER_STATEMENT = /duration: [\d.]+ ms {2}statement: ([^\n]*)/dg;

const SAMPLES: Readonly<Record<VariedFormat, Sample>> = {
  stderr: {
    file: "pg15-stderr.log.gz",
    firstExecution: /^.*duration: /m,
    execution: SERVER_STATEMENT,
    statement: SERVER_STATEMENT,
  },
  csvlog: {
    file: "pg15-csvlog.csv.gz",
    firstExecution: /^.*duration: /m,
    execution: SERVER_STATEMENT,
    statement: /statement: ((?:[^"\n]|"")*)"/dg,
  },
  jsonlog: {
    file: "pg15-jsonlog.json.gz",
    firstExecution: /^.*duration: /m,
    execution: SERVER_STATEMENT,
    statement: /statement: ((?:[^"\\]|\\.)*)"/dg,
  },
  "mysql-slow": {
    file: "mariadb-10.11-slow-explain.log.gz",
    firstExecution: /^# User@Host/m,
    execution: /^# Query_time: /gm,
    statement: /^SET timestamp=\d+;\n([^#]*)/dgm,
  },
};

/** The time between two rounds that the sample's own times don't say. */
const PAUSE_SECONDS = 1;

/** Throws where the sample is not there. */
export function variedLog(format: VariedFormat, seed: number): VariedLog {
  const { file, firstExecution, execution, statement } = SAMPLES[format];
  const path = new URL(`../../packages/advisor/testdata/logs/${file}`, import.meta.url);
  const sample = gunzipSync(readFileSync(path));
  // One character is one byte.
  const start = sample.toString("latin1").search(firstExecution);
  const round = Buffer.from(sample.subarray(start));
  const text = round.toString("latin1");
  const random = randomOf(seed);
  const clocks = clocksOf(text);
  const vary = [
    clocks.vary,
    connections(text, clocks.seconds),
    numbers(runs(text, statement, /(?<![\w$.])\d{1,9}(?![\w.])/dg), random),
    numbers(lastDigits(text), random),
  ];
  let count = 0;
  return {
    head: sample.subarray(0, start),
    executions: [...text.matchAll(execution)].length,
    next() {
      for (const change of vary) change(round, count);
      count++;
      return round;
    },
  };
}

type Change = (round: Buffer, count: number) => void;

/** How a format writes a second, and its own way to read it back. */
interface ClockForm {
  secondOf(text: string): number;
  textOf(second: number): string;
}

const DATE: ClockForm = {
  secondOf: (text) => Date.parse(`${text}Z`) / 1000,
  textOf: (second) => new Date(second * 1000).toISOString().slice(0, 19).replace("T", " "),
};

const EPOCH: ClockForm = { secondOf: Number, textOf: String };

/** `261122 10:10:17`, of this century. */
const SHORT_DATE: ClockForm = {
  secondOf: (text) => DATE.secondOf(`20${text.replace(/^(..)(..)(..)/, "$1-$2-$3")}`),
  textOf: (second) =>
    DATE.textOf(second)
      .slice(2)
      .replace(/^(..)-(..)-(..)/, "$1$2$3"),
};

const CLOCKS: readonly (readonly [pattern: RegExp, form: ClockForm])[] = [
  [/(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.\d{3} UTC/dg, DATE],
  [/^SET timestamp=(\d{10});/dgm, EPOCH],
  [/^# Time: (\d{6} \d\d:\d\d:\d\d)/dgm, SHORT_DATE],
];

/** Times of records, which go on from round to round. */
function clocksOf(text: string): { readonly seconds: number; readonly vary: Change } {
  const clocks = CLOCKS.map(([pattern, form]) => ({
    form,
    found: [...text.matchAll(pattern)].map((match) => ({
      at: match.indices?.[1]?.[0] ?? 0,
      second: form.secondOf(match[1] ?? ""),
    })),
  }));
  const all = clocks.flatMap(({ found }) => found.map(({ second }) => second));
  const seconds = Math.max(...all) - Math.min(...all) + PAUSE_SECONDS;
  return {
    seconds,
    vary: (round, count) => {
      for (const { form, found } of clocks) {
        let shown = Number.NaN;
        let written = "";
        for (const { at, second } of found) {
          const now = second + count * seconds;
          if (now !== shown) {
            shown = now;
            written = form.textOf(now);
          }
          round.write(written, at, "latin1");
        }
      }
    },
  };
}

/** Process numbers of connections, with the session's id where the format has it: each round has connections of its own. */
function connections(text: string, seconds: number): Change {
  const found = [
    ...text.matchAll(
      /UTC \[(\d{5})\]|UTC,"[^"]*","[^"]*",(\d{5}),"[^"]*",([0-9a-f]{8}\.[0-9a-f]{4})|"pid":(\d{5}).*?"session_id":"([0-9a-f]{8}\.[0-9a-f]{4})/dg,
    ),
  ].map((match) => {
    const pid = match[1] ?? match[2] ?? match[4] ?? "";
    const [at = 0] = match.indices?.[1] ?? match.indices?.[2] ?? match.indices?.[4] ?? [];
    const session = match[3] ?? match[5];
    const [sessionAt = 0] = match.indices?.[3] ?? match.indices?.[5] ?? [];
    const begun = session === undefined ? null : Number.parseInt(session.slice(0, 8), 16);
    return { at, pid: Number(pid), begun, sessionAt };
  });
  return (round, count) => {
    for (const { at, pid, begun, sessionAt } of found) {
      // Of five digits, and below what Linux gives by default.
      const now = 10_000 + ((pid - 10_000 + count * 7) % 22_768);
      round.write(String(now), at, "latin1");
      if (begun === null) continue;
      const session = `${(begun + count * seconds).toString(16)}.${now.toString(16)}`;
      round.write(session, sessionAt, "latin1");
    }
  };
}

/** Matches of `inner` inside the first groups of `outer`: where each begins, and its length. */
function runs(text: string, outer: RegExp, inner: RegExp): Int32Array {
  const found: number[] = [];
  for (const match of text.matchAll(outer)) {
    const [start = 0] = match.indices?.[1] ?? [];
    for (const run of (match[1] ?? "").matchAll(inner))
      found.push(start + run.index, run[0].length);
  }
  return Int32Array.from(found);
}

/** The last three digits of each duration. */
function lastDigits(text: string): Int32Array {
  const found = text.matchAll(/duration: \d+\.(\d{3}) ms|Query_time: \d+\.\d{3}(\d{3})/dg);
  return Int32Array.from(
    [...found].flatMap((match) => [(match.indices?.[1] ?? match.indices?.[2])?.[0] ?? 0, 3]),
  );
}

/** Other numbers of as many digits. */
function numbers(found: Int32Array, random: (below: number) => number): Change {
  return (round) => {
    for (let at = 0; at < found.length; at += 2) {
      const from = found[at] ?? 0;
      const to = from + (found[at + 1] ?? 0);
      let rest = Math.floor(random(1_000_000_000));
      for (let digit = to - 1; digit > from; digit--) {
        round[digit] = 48 + (rest % 10);
        rest = Math.floor(rest / 10);
      }
      // A leading zero would make an octal number of it somewhere.
      round[from] = 49 + (rest % 9);
    }
  };
}
