import type { DatabaseSystem } from "@dbadvise/observe";
import { rememberTexts, statementShape } from "@dbadvise/observe/sql";
import { isWord } from "./scan-query.ts";
import { type Lexis, type Token, tokenise } from "./tokenise.ts";
import type { Verdict } from "./verdict.ts";

/** Tells reads from writes by their texts. */
export interface TextClassifier {
  /** Remembers its answers. */
  classify(sql: string): Verdict;
  /** From now on this text is a write, and so are those that differ from it in constants alone. */
  learnWrite(sql: string): void;
}

/** What a dialect knows of statements. */
export interface StatementRules {
  readonly system: DatabaseSystem;
  /** How the text may be read, by the server's settings; the last ones only matter where it has a backslash. */
  readonly readings: readonly [Lexis, ...Lexis[]];
  /** By the first word alone; `undefined` where the rest of the statement matters. */
  judgeStart(word: string): Verdict | undefined;
  judgeStatement(tokens: readonly Token[]): Verdict;
}

/** Texts that are remembered, and shapes that were learned. */
const MEMORY = 1000;
const WEIGHT: Readonly<Record<Verdict["kind"], number>> = { read: 0, session: 1, write: 2 };
const NOTHING: Verdict = { kind: "read", reason: "no statement" };
const UNCLOSED: Verdict = { kind: "write", reason: "a quote or comment that is not closed" };

/** `forget` ends what was remembered, for rules that have changed. */
export function createTextClassifier(rules: StatementRules): TextClassifier & { forget(): void } {
  const learned = new Set<string>();
  let remembered = rememberTexts(judge, MEMORY);

  function judge(sql: string): Verdict {
    const [usual, ...others] = rules.readings;
    let verdict = read(sql, usual);
    if (sql.includes("\\")) {
      for (const lexis of others) verdict = worse(verdict, read(sql, lexis, verdict));
    }
    const refused =
      verdict.kind === "read" && learned.size > 0 && learned.has(statementShape(sql, rules.system));
    return refused ? { kind: "write", reason: "refused by a replica before" } : verdict;
  }

  /** `otherwise`: the verdict of the usual reading, where this is another. */
  function read(sql: string, lexis: Lexis, otherwise?: Verdict): Verdict {
    let verdict = NOTHING;
    let statement: Token[] = [];
    let single = true;
    for (const token of tokenise(sql, lexis)) {
      if (token.kind === "unclosed") {
        // The server would refuse a single one that it reads like this, and do nothing.
        return single && otherwise !== undefined ? otherwise : UNCLOSED;
      }
      if (isWord(token, ";")) {
        if (statement.length > 0) verdict = worse(verdict, rules.judgeStatement(statement));
        if (verdict.kind === "write") return verdict;
        statement = [];
        single = false;
        continue;
      }
      if (statement.length === 0 && token.kind === "word") {
        // The rest of a long INSERT need not be read.
        const start = rules.judgeStart(token.text);
        if (start?.kind === "write") return start;
      }
      statement.push(token);
    }
    return statement.length > 0 ? worse(verdict, rules.judgeStatement(statement)) : verdict;
  }

  return {
    classify: (sql) => remembered(sql, rules.system),
    learnWrite(sql) {
      if (learned.size >= MEMORY) learned.clear();
      learned.add(statementShape(sql, rules.system));
      remembered = rememberTexts(judge, MEMORY);
    },
    forget() {
      remembered = rememberTexts(judge, MEMORY);
    },
  };
}

/** The one that asks for more. */
function worse(one: Verdict, other: Verdict): Verdict {
  const more = WEIGHT[other.kind] - WEIGHT[one.kind];
  return more > 0 || (more === 0 && one === NOTHING) ? other : one;
}
