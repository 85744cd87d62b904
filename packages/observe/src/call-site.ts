/** A line of the application's code. */
export interface CallSite {
  /** Path below the working directory, else the absolute path or URL; always with `/`: `src/orders.ts`. */
  readonly file: string;
  /** Line and column, from 1. */
  readonly line: number;
  readonly column: number;
  /** Name of the function, `undefined` at the top level or for an unnamed one. */
  readonly function: string | undefined;
}

/** Frames looked at: an ORM puts 5 to 20 between the application and the driver. */
const MOST_FRAMES = 50;

/** Folder of this package and its siblings; `undefined` in a bundle. */
const PACKAGES: string | undefined = /^(.*\/)observe\/(?:src|dist)\/[^/]+$/.exec(
  toPath(import.meta.url),
)?.[1];

const ANONYMOUS = /(?:^|\.)<anonymous>$/;

/** What a hook that prints stacks is given beside the frame. */
const REQUEST = new Error("Where is this frame?");

/** The file that holds this function: in a bundle, much else too. */
let ownFile: string | undefined;

/**
 * The innermost frame below `caller` that is the application's own: not Node's, not a dependency's, not ours. Lines are
 * those of the sources where the process maps stack traces (`--enable-source-maps`, or a hook of its own). `undefined` in
 * a bundle without a source map, where the application can't be told from what was bundled with it.
 *
 * A function that returns a promise of another without awaiting it is on no asynchronous stack: its caller is found.
 */
export function takeCallSite(caller: (...given: never[]) => unknown): CallSite | undefined {
  return takeCallSites(caller, 1)[0];
}

/** As {@link takeCallSite}, and the application's frames that called it, up to `limit` together. */
export function takeCallSites(
  caller: (...given: never[]) => unknown,
  limit: number,
): readonly CallSite[] {
  const sites: CallSite[] = [];
  try {
    ownFile ??= toPath(structuredStack(1, undefined)[0]?.getFileName() ?? "");
    const directory = process.cwd();
    for (const site of structuredStack(MOST_FRAMES, caller)) {
      const file = site.getFileName();
      if (typeof file !== "string" || site.isEval() || isForeign(toPath(file))) continue;
      const found =
        readFrame(printed(site), directory) ?? readFrame(unmapped(site, file), directory);
      // Again, since the file before mapping may be a bundle.
      if (found === undefined || isForeign(found.path) || found.path === ownFile) continue;
      sites.push(found.site);
      if (sites.length === limit) break;
    }
  } catch {
    // `Error` is frozen, or a hook of the application failed: no reason for the query to fail.
  }
  return sites;
}

/** A file of Node, of a dependency or of the runtime packages beside this one. */
function isForeign(path: string): boolean {
  if (path.startsWith("node:") || /[/\\]node_modules[/\\]/.test(path)) return true;
  if (PACKAGES === undefined || !path.startsWith(PACKAGES)) return false;
  return (
    /^(?:loader|observe|pool|router)\/(?:src|dist)\//.test(path.slice(PACKAGES.length)) &&
    !/\.test\.\w+$/.test(path)
  );
}

/** Reads one line of a stack trace; `path` is absolute or a URL. `undefined` for a line without a position. */
export function readFrame(
  line: string,
  workingDirectory: string,
): { readonly site: CallSite; readonly path: string } | undefined {
  const text = line.replace(/^\s*at /, "").replace(/^async /, "");
  const named = /^([^(]+) \((.+):(\d+):(\d+)\)$/.exec(text);
  const [name, file, row, column] = named?.slice(1) ?? [
    undefined,
    ...(/^(.+):(\d+):(\d+)$/.exec(text)?.slice(1) ?? []),
  ];
  if (file === undefined) return undefined;
  const path = toPath(file);
  const folder = `${toPath(workingDirectory).replace(/\/$/, "")}/`;
  const site: CallSite = {
    file: path.startsWith(folder) ? path.slice(folder.length) : path,
    line: Number(row),
    column: Number(column),
    function: name === undefined || ANONYMOUS.test(name) ? undefined : name,
  };
  return { site, path };
}

/** A file URL or a path of Windows as a path with `/` and an upper-case drive; other paths and URLs as they are. */
function toPath(file: string): string {
  let path = file;
  if (path.startsWith("file://")) {
    path = path.slice("file://".length).replace(/^\/(?=[A-Za-z]:)/, "");
    if (path.includes("%")) path = decodeURIComponent(path);
  }
  return /^[A-Za-z]:[/\\]/.test(path)
    ? path.charAt(0).toUpperCase() + path.slice(1).replaceAll("\\", "/")
    : path;
}

/** V8's frames below `caller`, innermost first. Cheaper than the text: only the chosen frame is formatted and mapped. */
function structuredStack(
  limit: number,
  caller: ((...given: never[]) => unknown) | undefined,
): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = limit;
    Error.prepareStackTrace = (_error, sites) => sites;
    Error.captureStackTrace(holder, caller);
    return Array.isArray(holder.stack) ? holder.stack : [];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The frame as the process prints it: Node or the application's own hook maps it to its source. */
function printed(site: NodeJS.CallSite): string {
  const text: unknown = Error.prepareStackTrace?.(REQUEST, [site]);
  return typeof text === "string" ? text.slice(text.lastIndexOf("\n") + 1) : "";
}

function unmapped(site: NodeJS.CallSite, file: string): string {
  const position = `${file}:${site.getLineNumber()}:${site.getColumnNumber()}`;
  const name = site.getFunctionName();
  return name === null ? position : `${name} (${position})`;
}
