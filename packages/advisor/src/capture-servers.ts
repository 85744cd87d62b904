import type { NodeUsage, Snapshot } from "./catalog/snapshot.ts";
import { DbadviseError, redactUrl } from "./dbadvise-error.ts";
import type { Engine, Session } from "./engine.ts";
import { engineFor } from "./engines.ts";

export interface CaptureServersOptions {
  /** False leaves most common values and histograms of text columns out: they hold data. Default true. */
  readonly values?: boolean;
  /** Whether to read the first server's statement statistics. Default true. */
  readonly workload?: boolean;
  /** Told what is being done, for anything that may take over a second. */
  readonly progress?: (message: string) => void;
}

/**
 * Takes a snapshot of the first server and adds the usage counters of the others, its replicas.
 * Reads only; each session is closed when its server is done.
 * Throws `DbadviseError`: `bad-option`, `unsupported-engine`, `connection-failed`, `capture-failed`.
 */
export async function captureServers(
  urls: readonly string[],
  options: CaptureServersOptions = {},
): Promise<Snapshot> {
  const { values = true, workload = true, progress = () => {} } = options;
  const [first, ...further] = await eachServer(urls, progress, {
    first: (engine, session, node) => engine.capture(session, { values, workload, node }),
    further: (engine, session, node) => engine.captureUsage(session, node),
  });
  return { ...first, nodes: [...first.nodes, ...further] };
}

/**
 * Reads only the usage counters of a primary and its replicas, or of any one of them. For the rest as {@link captureServers}.
 */
export async function captureUsage(
  urls: readonly string[],
  progress: (message: string) => void = () => {},
): Promise<readonly NodeUsage[]> {
  const read = (engine: Engine, session: Session, node: string): Promise<NodeUsage> =>
    engine.captureUsage(session, node);
  return eachServer(urls, progress, { first: read, further: read });
}

type Read<Result> = (engine: Engine, session: Session, node: string) => Promise<Result>;

/** Reads servers one after the other, and makes sure that they hold the same database. */
async function eachServer<First>(
  urls: readonly string[],
  progress: (message: string) => void,
  read: { readonly first: Read<First>; readonly further: Read<NodeUsage> },
): Promise<readonly [First, ...NodeUsage[]]> {
  const [primary, ...replicas] = urls.map((url) => ({
    url,
    node: nodeName(url),
    engine: engineFor(url),
  }));
  if (primary === undefined) {
    throw new DbadviseError(
      "bad-option",
      "No server was given.",
      "Give the connection string of at least one.",
    );
  }
  requireDistinct([primary, ...replicas]);

  progress(`reading ${primary.node}`);
  const first = await withSession(primary.engine, primary.url, async (session) => ({
    identity: await primary.engine.identify(session),
    result: await read.first(primary.engine, session, primary.node),
  }));

  const further: NodeUsage[] = [];
  for (const { engine, url, node } of replicas) {
    progress(`reading the usage counters of ${node}`);
    further.push(
      await withSession(engine, url, async (session) => {
        requireSameDatabase(
          { primary: primary.node, identity: first.identity },
          { node, identity: await engine.identify(session) },
        );
        const usage = await read.further(engine, session, node);
        requireReplica(usage, primary.node);
        return usage;
      }),
    );
  }
  return [first.result, ...further];
}

/** Host, port where one is given, and database of a connection string: no user, no password, no parameters. */
function nodeName(url: string): string {
  // `user@/database` is a socket's address for drivers, though not for the URL standard.
  const text = url.replace("@/", "@local/");
  // The driver explains what is wrong with a malformed one.
  if (!URL.canParse(text)) return redactUrl(url);
  const { host, pathname, searchParams } = new URL(text);
  return `${searchParams.get("host") ?? (host === "" ? "local" : host)}${pathname}`;
}

async function withSession<T>(
  engine: Engine,
  url: string,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await engine.connect(url);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

/** One server counted twice would look like evidence from two. */
function requireDistinct(servers: readonly { readonly node: string }[]): void {
  const seen = new Set<string>();
  for (const { node } of servers) {
    if (seen.has(node)) {
      throw new DbadviseError(
        "bad-option",
        `${node} was given twice.`,
        "Give the primary once, then each replica once.",
      );
    }
    seen.add(node);
  }
}

function requireSameDatabase(
  first: { readonly primary: string; readonly identity: string | null },
  other: { readonly node: string; readonly identity: string | null },
): void {
  if (first.identity !== null && other.identity !== null && first.identity !== other.identity) {
    throw new DbadviseError(
      "bad-option",
      `${other.node} holds another database than ${first.primary}.`,
      "Several servers in one analysis are a primary and its replicas. Analyse unrelated databases one by one.",
    );
  }
}

function requireReplica(usage: NodeUsage, primary: string): void {
  if (usage.role === "primary") {
    throw new DbadviseError(
      "bad-option",
      `${usage.node} is a primary, not a replica of ${primary}.`,
      "The first server is the primary (or the one whose workload counts); each further one is one of its replicas.",
    );
  }
}
