import type { Trial } from "../../../migration/trial.ts";
import { quoteIdent } from "../../quote-ident.ts";

/** Leaves a trial as it was when it was made, but for roles: to make one takes a second, to empty it does not. */
export async function emptyTrial(trial: Trial): Promise<void> {
  await trial.reset();
  const schemas = await trial.run(
    "select nspname::text as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'",
  );
  for (const { name } of schemas)
    await trial.run(`drop schema ${quoteIdent(String(name))} cascade`);
  await trial.run("create schema public");
}
