/** Why engines differ in a finding, by the name of its row in the table. */
export const DIFFERENCES: readonly { readonly row: RegExp; readonly reason: string }[] = [
  {
    row: /where customer_id = |^unindexed-foreign-key |orders_customer$/,
    reason:
      "InnoDB makes an index for a foreign key that has none: on MySQL and MariaDB the column is indexed from the start",
  },
  {
    row: /upper\(name\)|^non-sargable-predicate customers/,
    reason:
      "a key can be an expression on PostgreSQL and MySQL, not on MariaDB; there the column's collation, which takes no notice of case, makes UPPER needless, and the text is rewritten. MySQL's default collation finds a few letters unlike their upper case: no rewrite is offered. Where an index on the expression is advised, that is told as served",
  },
  {
    row: /name like '%/,
    reason:
      "PostgreSQL has GIN indexes with pg_trgm, if that is installed; MySQL and MariaDB have FULLTEXT, which finds words and not parts of them",
  },
  {
    row: /cast\(created_at as date\)/,
    reason:
      "a key can be an expression on PostgreSQL and MySQL, not on MariaDB; all three offer the rewrite to a range, which the index that exists serves",
  },
  {
    row: /status = 'returned'|kind = 'error'/,
    reason:
      "PostgreSQL has indexes on a part of the rows; elsewhere the column of the condition is a key. How many keys pay depends on each server's costs, and on MySQL and MariaDB on a sample of rows: of events, which has no key, the first ones only",
  },
  {
    row: /order by created_at, id/,
    reason:
      "InnoDB ends each index with the primary key: (created_at) is (created_at, id) there. PostgreSQL is advised that, with the column to be read",
  },
  {
    row: /left join orders/,
    reason:
      "on MySQL and MariaDB the index of the foreign key, or the one on total, serves it; PostgreSQL has no index on the foreign key",
  },
  {
    row: /^unused-index /,
    reason:
      "counters: PostgreSQL counts from the start, MySQL since the table was made or altered, MariaDB only with performance_schema or userstat",
  },
  {
    row: /^(?:stale|missing)-statistics /,
    reason: "only PostgreSQL keeps statistics of columns by itself",
  },
];
