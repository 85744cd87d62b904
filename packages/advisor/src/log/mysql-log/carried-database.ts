/**
 * In {@link ExecutionSink.names} the database of executions at the head of a range of a slow log without `Schema: `: MySQL
 * writes `use shop;` only when the database is another than the one of the record before. Ranges are merged by giving
 * this name's counts to the database that the range before ended with (`BlockReader.database`), and to none in the first
 * range of a log. No database has such a name.
 */
export const CARRIED_DATABASE = "\0carried";
