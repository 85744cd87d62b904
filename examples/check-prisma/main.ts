/** Checks the pull request as it would be checked in CI: `pnpm start`. With `--write` the README shows what it says now. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkExample, withOutputs } from "@dbadvise/testkit";

const checked = await checkExample(import.meta.dirname);
process.stderr.write(checked.stderr);
process.stdout.write(checked.forms.text);
if (process.argv.includes("--write")) {
  const readme = join(import.meta.dirname, "README.md");
  await writeFile(readme, withOutputs(await readFile(readme, "utf8"), checked));
}
process.exitCode = checked.code;
