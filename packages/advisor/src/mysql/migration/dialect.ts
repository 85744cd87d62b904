import type { MigrationDialect } from "../../migration/migration-dialect.ts";

/** Each DDL statement commits by itself: https://dev.mysql.com/doc/refman/9.7/en/implicit-commit.html */
export const mysqlDialect: MigrationDialect = {
  name: "mysql",
  transactionalDdl: false,
  oneTextIsOneTransaction: false,
  kyselyPrefix: "Mysql",
  knex: {
    client: "mysql2",
    answer: (rows) => [Object.assign([...rows], { insertId: 0, affectedRows: rows.length }), []],
  },
  alterColumn: (_, now) => [`MODIFY COLUMN ${now.definition}`],
};
