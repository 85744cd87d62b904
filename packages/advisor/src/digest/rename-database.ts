import type { DigestPart } from "./digest-part.ts";
import { type RowRun, rowsOfRun, runInMemory } from "./row-run.ts";
import { byCalls, type NameCalls, type ShapeRow } from "./shape-row.ts";

/** A part whose executions in one database were in another: empty is none. The same part where it doesn't know the name. */
export function renameDatabase(part: DigestPart, from: string, to: string): DigestPart {
  const { names } = part.head;
  if (!names.database.texts.includes(from)) return part;
  const others = names.database.texts.filter((name) => name !== from && name !== to);
  const texts = (to === "" ? others : [...others, to]).toSorted();
  function* rows(run: RowRun): Generator<ShapeRow> {
    for (const row of rowsOfRun(run)) {
      yield { ...row, databases: renamed(row.databases, from, to) };
    }
  }
  return {
    head: {
      ...part.head,
      names: { ...names, database: { ...names.database, texts } },
    },
    runs: part.runs.map((run) => runInMemory(rows(run))),
  };
}

function renamed(databases: NameCalls, from: string, to: string): NameCalls {
  const moved = databases.find(([name]) => name === from);
  if (moved === undefined) return databases;
  const known = databases.find(([name]) => name === to)?.[1] ?? 0;
  const others = databases.filter(([name]) => name !== from && name !== to);
  return to === "" ? others : byCalls([...others, [to, known + moved[1]]]);
}
