/**
 * Names of OpenTelemetry's semantic conventions for database clients, version 1.45. They are written out here since the
 * package that has them is of no other use at run time; a test compares.
 */
export const ATTRIBUTE = {
  system: "db.system.name",
  namespace: "db.namespace",
  queryText: "db.query.text",
  querySummary: "db.query.summary",
  statusCode: "db.response.status_code",
  errorType: "error.type",
  serverAddress: "server.address",
  serverPort: "server.port",
  codeFile: "code.file.path",
  codeLine: "code.line.number",
  codeColumn: "code.column.number",
  codeFunction: "code.function.name",
  poolName: "db.client.connection.pool.name",
  connectionState: "db.client.connection.state",
} as const;

export const METRIC = {
  operationDuration: "db.client.operation.duration",
  returnedRows: "db.client.response.returned_rows",
  connectionCount: "db.client.connection.count",
  connectionLimit: "db.client.connection.limit",
  pendingRequests: "db.client.connection.pending_requests",
  timeouts: "db.client.connection.timeouts",
  createTime: "db.client.connection.create_time",
  waitTime: "db.client.connection.wait_time",
  useTime: "db.client.connection.use_time",
} as const;

/** Attribute of a query's parameter, counted from 0. */
export function parameterAttribute(index: number): string {
  return `db.query.parameter.${index}`;
}

/** Seconds. */
export const DURATION_BUCKETS: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

export const ROW_BUCKETS: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000,
];
