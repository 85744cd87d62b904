import type { Runner } from "./runner.ts";
import { dbmate } from "./runners/dbmate.ts";
import { drizzle } from "./runners/drizzle.ts";
import { flyway } from "./runners/flyway.ts";
import { knex } from "./runners/knex.ts";
import { kysely } from "./runners/kysely.ts";
import { nodePgMigrate } from "./runners/node-pg-migrate.ts";
import { prisma } from "./runners/prisma.ts";
import { sqlFolder } from "./runners/sql-folder.ts";
import { structureSql } from "./runners/structure-sql.ts";

/** Every migration tool that is known, the surest to be told by its folder first; plain SQL is what is left. */
export const RUNNERS: readonly Runner[] = [
  prisma,
  drizzle,
  flyway,
  dbmate,
  kysely,
  nodePgMigrate,
  knex,
  structureSql,
  sqlFolder,
];
