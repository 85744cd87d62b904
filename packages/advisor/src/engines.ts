import { DbadviseError, redactUrl } from "./dbadvise-error.ts";
import type { Engine } from "./engine.ts";
import { postgres } from "./postgres/engine.ts";

/** Every engine that the advisor knows. */
export const ENGINES: readonly Engine[] = [postgres];

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
