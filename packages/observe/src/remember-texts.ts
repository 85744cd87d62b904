import type { DatabaseSystem } from "./query-message.ts";

/** Texts longer than this are not kept. */
const MOST_LENGTH = 8192;

/**
 * A function of a statement's text that remembers its answers: the `limit` texts used last per system, and at most as many
 * again. Texts of more than 8192 characters are not kept.
 */
export function rememberTexts<Answer>(
  answer: (sql: string, system: DatabaseSystem) => Answer,
  limit: number,
): (sql: string, system: DatabaseSystem) => Answer {
  const memories = new Map<
    DatabaseSystem,
    { young: Map<string, Answer>; old: Map<string, Answer> }
  >();
  return (sql, system) => {
    let memory = memories.get(system);
    if (memory === undefined) {
      memory = { young: new Map(), old: new Map() };
      memories.set(system, memory);
    }
    const known = memory.young.get(sql);
    if (known !== undefined) return known;
    const found = memory.old.get(sql) ?? answer(sql, system);
    if (sql.length > MOST_LENGTH) return found;
    if (memory.young.size >= limit) {
      memory.old = memory.young;
      memory.young = new Map();
    }
    memory.young.set(sql, found);
    return found;
  };
}
