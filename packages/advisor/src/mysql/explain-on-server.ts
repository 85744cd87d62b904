import type { Session } from "../engine.ts";
import type { Block } from "./explain-tree.ts";
import { readExplain } from "./read-explain.ts";
import { OWN_QUERY } from "./read-rows.ts";
import type { ServerTraits } from "./server-traits.ts";

/** Asks a server for the plan of a text. Rejects with the server's error for one that it can't plan. */
export type Explain = (sql: string) => Promise<Block>;

/** From this version on a session chooses the form of plans; the newer form has none of single-table writes. */
const TWO_FORMATS = 80_300;

/** Prepares a session for plans: none of the texts is run. */
export async function explainOnServer(
  session: Session,
  { product, versionNumber }: Pick<ServerTraits, "product" | "versionNumber">,
): Promise<Explain> {
  if (product === "MySQL" && versionNumber >= TWO_FORMATS)
    await session.query("set session explain_json_format_version = 1");
  return async (sql) => {
    const [row] = await session.query(`explain format=json ${OWN_QUERY} ${sql}`);
    const tree = readExplain(row?.["EXPLAIN"]);
    if (tree === null) throw new Error("the server's plan has an unknown form");
    return tree;
  };
}
