import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { DIALECTS } from "../dialects.ts";

test.each(DIALECTS)("all processes of a run share one $name server", async ({ name, start }) => {
  const script = `import { DIALECTS } from ${JSON.stringify(new URL("../dialects.ts", import.meta.url).href)};
    const database = await DIALECTS.find(({ name }) => name === ${JSON.stringify(name)}).start();
    console.log(database.url);
    await database.close();`;
  const [database, other] = await Promise.all([
    start(),
    promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]),
  ]);
  expect(new URL(other.stdout.trim()).host).toBe(new URL(database.url).host);
  await database.close();
});
