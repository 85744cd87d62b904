import { createLastName } from "./last-name.ts";
import type { Names } from "../log/execution.ts";
import { CARRIED_DATABASE } from "../log/mysql-log/carried-database.ts";
import { hashBytes, newBytesHash } from "./hash-bytes.ts";
import { createHashLimit, type HashLimit } from "./hash-limit.ts";
import { createPairTable, rowOf } from "./pair-table.ts";

/** What names beyond the limit are counted as. */
export const OTHER_NAME = "(other)";

/** Different users, databases or applications that are told apart. */
export const MAX_NAMES = 4096;

export interface NameInterner extends Names {
  /** Which names are told apart; {@link OTHER_NAME} stands for the others. */
  readonly limit: HashLimit;
}

const OTHER_ID = 1;
const CARRIED_START = CARRIED_DATABASE.charCodeAt(0);

/** Hash of a name that decides whether it is among those told apart: one that stands for another is always. */
export function nameHash(name: string): number {
  if (name === CARRIED_DATABASE) return 0;
  const hash = newBytesHash();
  const bytes = Buffer.from(name);
  hashBytes(hash, bytes, 0, bytes.length);
  return hash.high;
}

export function createNameInterner(maxNames: number = MAX_NAMES): NameInterner {
  const texts = ["", OTHER_NAME];
  const limit = createHashLimit(maxNames);
  const hash = newBytesHash();
  /** The number of a name is the one value of its row. */
  let ids = createPairTable(1);

  /** Names that are not told apart any more keep their numbers, which executions in the making may hold. */
  const forgetOthers = (): void => {
    for (let id = OTHER_ID + 1; id < texts.length; id += 1) {
      if (!limit.kept.has(texts[id] ?? "")) texts[id] = OTHER_NAME;
    }
    const others = ids;
    ids = createPairTable(1);
    for (let row = 0; row < others.size; row += 1) {
      const id = others.values[row] as number;
      if (texts[id] === OTHER_NAME) continue;
      const kept = rowOf(ids, others.first[row] as number, others.second[row] as number);
      ids.values[kept] = id;
    }
  };

  const names: Names = {
    texts,
    idOf(bytes, from, to) {
      if (from >= to) return 0;
      hashBytes(hash, bytes, from, to);
      const { high, low, ascii } = hash;
      // Bytes that are no UTF-8 become other bytes as a text: the limit knows texts.
      const isPlain = ascii && bytes[from] !== CARRIED_START;
      const textHash = (): number => (isPlain ? high : nameHash(bytes.toString("utf8", from, to)));
      if (limit.halvings > 0 && !limit.accepts(textHash())) return OTHER_ID;
      const before = ids.size;
      const row = rowOf(ids, high, low);
      if (ids.size === before) return ids.values[row] as number;
      const text = bytes.toString("utf8", from, to);
      const id = texts.push(text) - 1;
      ids.values[row] = id;
      if (!limit.add(text, textHash())) forgetOthers();
      return texts[id] === OTHER_NAME ? OTHER_ID : id;
    },
  };
  return { texts, limit, idOf: createLastName(names) };
}
