import type { Attributes } from "@opentelemetry/api";
import type { DatabaseSystem, QueryEnd, QueryStart } from "../query-message.ts";
import { rememberTexts } from "../remember-texts.ts";
import { statementShape } from "../statement-shape.ts";
import { ATTRIBUTE } from "./conventions.ts";
import { querySummary } from "./query-summary.ts";

/** What a statement's text tells. */
export interface StatementTraits {
  /** Constants are placeholders. */
  readonly shape: string;
  readonly summary: string;
  /** The rows of its result are read rows, not a number of changed ones. */
  readonly returnsRows: boolean;
}

/** The conventions have the port reported where it is not the system's own. */
const DEFAULT_PORT: Readonly<Record<DatabaseSystem, number>> = {
  postgresql: 5432,
  mysql: 3306,
  mariadb: 3306,
};

/** {@link StatementTraits} of a text, remembered. */
export function statementTraits(): (sql: string, system: DatabaseSystem) => StatementTraits {
  return rememberTexts((sql, system) => {
    const shape = statementShape(sql, system);
    const summary = querySummary(shape);
    const returnsRows =
      !/^(?:insert|update|delete|merge|replace)\b/i.test(summary) || /\breturning\b/i.test(shape);
    return { shape, summary, returnsRows };
  }, 500);
}

/** Attributes that spans and metrics share. `db.namespace` is the database of the connection, without its schema. */
export function queryAttributes({ server }: QueryStart, { summary }: StatementTraits): Attributes {
  const attributes: Attributes = {
    [ATTRIBUTE.system]: server.system,
    [ATTRIBUTE.serverAddress]: server.host,
  };
  if (server.port !== undefined && server.port !== DEFAULT_PORT[server.system]) {
    attributes[ATTRIBUTE.serverPort] = server.port;
  }
  if (server.database !== undefined) attributes[ATTRIBUTE.namespace] = server.database;
  if (summary !== "") attributes[ATTRIBUTE.querySummary] = summary;
  return attributes;
}

/** `undefined` for a query that succeeded. `error.type` is the server's code, else the driver's, else the error's name. */
export function errorAttributes({ errorCode, error }: QueryEnd): Attributes | undefined {
  if (errorCode === undefined) return undefined;
  const statusCode = responseStatus(error);
  return statusCode === undefined
    ? { [ATTRIBUTE.errorType]: errorCode }
    : { [ATTRIBUTE.errorType]: statusCode, [ATTRIBUTE.statusCode]: statusCode };
}

/**
 * The code that the server answered with, by the conventions: a SQLSTATE, but the number of an error of MySQL. Errors of
 * Node (`EPIPE`) have a negative number; errors that a driver invents have neither.
 */
function responseStatus(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errno } = error as { readonly code?: unknown; readonly errno?: unknown };
  if (typeof errno === "number") return errno > 0 ? String(errno) : undefined;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
