import { DbadviseError, redactUrl } from "./dbadvise-error.ts";
import type { Engine } from "./engine.ts";
import type { MigrationEngine } from "./migration/migration-engine.ts";
import { postgres } from "./postgres/engine.ts";
import { mysql } from "./mysql/engine.ts";
import { mysqlMigration } from "./mysql/migration/engine.ts";
import { postgresMigration } from "./postgres/migration/engine.ts";

/** Every engine that the advisor knows. */
export const ENGINES: readonly Engine[] = [postgres, mysql];

/** Every engine whose migrations can be checked; the first one is assumed where nobody says. */
export const MIGRATION_ENGINES: readonly MigrationEngine[] = [postgresMigration, mysqlMigration];

const SCHEMES = ENGINES.flatMap((engine) => engine.schemes)
  .map((scheme) => `${scheme}//`)
  .join(" or ");

/**
 * The engine that serves a connection string, by its scheme.
 * Throws `DbadviseError`: `bad-option` for a text that is no URL, `unsupported-engine` for another scheme.
 */
export function engineFor(url: string): Engine {
  const scheme = /^([a-z][a-z0-9+.-]*:)\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    throw new DbadviseError(
      "bad-option",
      `"${withoutSecrets(url)}" is not a connection string.`,
      `Write it as a URL that starts with ${SCHEMES}, for instance postgres://user:password@host:5432/database. ` +
        "Characters such as @ / : # in the password are written in percent-encoding (@ is %40).",
    );
  }
  const engine = ENGINES.find((candidate) => candidate.schemes.includes(scheme));
  if (engine === undefined) {
    throw new DbadviseError(
      "unsupported-engine",
      `${scheme}// is not supported yet.`,
      `Give a connection string that starts with ${SCHEMES}.`,
    );
  }
  return engine;
}

/** No URL, so nobody knows what is a password in it: all that could be one goes. */
function withoutSecrets(text: string): string {
  return redactUrl(text).replace(/:.*@/s, ":***@");
}

/** The engine that took a snapshot. Throws `DbadviseError` `unsupported-engine` for a name from elsewhere. */
export function engineNamed(name: string): Engine {
  const engine = ENGINES.find((candidate) => candidate.name === name);
  if (engine === undefined) {
    throw new DbadviseError(
      "unsupported-engine",
      `The engine "${name}" is not supported by this version of dbadvise.`,
      `It knows ${ENGINES.map((known) => known.name).join(", ")}. A newer version may know more.`,
    );
  }
  return engine;
}

/** The engine for migrations of this name (`postgres`). Throws `DbadviseError` `unsupported-engine`. */
export function migrationEngineNamed(name: string): MigrationEngine {
  const engine = MIGRATION_ENGINES.find((candidate) =>
    [candidate.dialect.name, candidate.name.toLowerCase()].includes(name.toLowerCase()),
  );
  if (engine === undefined) {
    throw new DbadviseError(
      "unsupported-engine",
      `Migrations of "${name}" can't be checked by this version of dbadvise.`,
      `It knows ${MIGRATION_ENGINES.map(({ dialect }) => dialect.name).join(", ")}.`,
    );
  }
  return engine;
}

/** The engine for migrations of the server that a connection string names; `null` for another scheme. */
export function migrationEngineFor(url: string): MigrationEngine | null {
  const scheme = /^([a-z][a-z0-9+.-]*:)\/\//i.exec(url)?.[1]?.toLowerCase() ?? "";
  return MIGRATION_ENGINES.find((candidate) => candidate.schemes.includes(scheme)) ?? null;
}
