import { startMariadb, startMysql } from "@dbadvise/testkit";
import { expect, onTestFinished, test } from "vitest";
import type { Trial } from "../../../migration/trial.ts";
import { mysqlMigration } from "../engine.ts";

async function open(start: typeof startMysql): Promise<Trial> {
  const { url, close } = await start();
  onTestFinished(close);
  const trial = await mysqlMigration.openTrial({ url, progress: () => {} });
  if (trial === null) throw new Error("no trial");
  onTestFinished(() => trial.close());
  return trial;
}

test("MySQL counts instant changes of a table until it is written anew, and takes so many", async () => {
  const trial = await open(startMysql);
  await trial.run("create table `a-b` (id int primary key)");
  const observe = async (clause: string) =>
    (await trial.observe(`alter table \`a-b\` ${clause}`)).observation;
  const first = await observe("add column n int");
  expect(first).toMatchObject({ algorithm: "INSTANT", rowVersions: { used: 0 } });
  const limit = first.rowVersions?.limit ?? 0;
  for (let used = 1; used < limit - 1; used += 1)
    await trial.run(`alter table \`a-b\` ${used % 2 === 1 ? "drop column n" : "add column n int"}`);
  const last = await observe("add column m int");
  expect(last).toMatchObject({ algorithm: "INSTANT", rowVersions: { used: limit - 1 } });
  const over = await observe("add column o int");
  expect(over).toMatchObject({ algorithm: "INPLACE", rewritten: [{ name: "a-b" }] });
  expect(over.rowVersions).toMatchObject({ used: limit });
  expect((await observe("add column p int")).rowVersions).toMatchObject({ used: 0 });
});

test("MariaDB has no such limit", async () => {
  const trial = await open(startMariadb);
  await trial.run("create table t (id int primary key)");
  const { observation } = await trial.observe("alter table t add column n int");
  expect(observation).not.toHaveProperty("rowVersions");
});
