import { join } from "node:path";
import { DIALECTS, runWithImports } from "@dbadvise/testkit";
import { expect, test } from "vitest";

const MAIN = join(import.meta.dirname, "main.ts");

test.each(DIALECTS)(
  "the same Kysely application gives the same on the driver's pool and on the drop-in: $name",
  async ({ start }) => {
    const database = await start();
    try {
      const drivers = { "@dbadvise/pool/pg": "pg", "@dbadvise/pool/mysql2": "mysql2" };
      const before = await runWithImports(MAIN, drivers, database.url);
      const after = await runWithImports(MAIN, {}, database.url);
      expect(after).toBe(before);
      expect(after).toContain("after 30 payments Ada 70, Grace 115, Edsger 115");
      expect(after).toContain("after a refused payment Ada 70, Grace 115, Edsger 115");
      expect(after).toMatch(/refused: .*check constraint|refused: CONSTRAINT/i);
      expect(after).toContain("received [ 'Edsger 15', 'Grace 15' ]");
      expect(after).toContain("streamed 30");
    } finally {
      await database.close();
    }
  },
);
