/** A line of the application's code. */
export interface CallSite {
  /** Path below the working directory, else the absolute path or URL: `src/orders.ts`. */
  readonly file: string;
  /** Line and column, from 1. */
  readonly line: number;
  readonly column: number;
  /** Name of the function, `undefined` at the top level or for an unnamed one. */
  readonly function: string | undefined;
}

/** The innermost frame of the running stack that is the application's own: not Node's, not of a dependency, not ours. */
export function takeCallSite(): CallSite | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const { stack } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  for (const line of stack?.split("\n").slice(1) ?? []) {
    const frame =
      /^ +at (?:(?:async )?(.*?) \()?(?:file:\/\/)?(\/.*|[A-Za-z]:.*):(\d+):(\d+)\)?$/.exec(line);
    if (frame === null) continue;
    const [, name, file = "", row, column] = frame;
    if (file.includes("/node_modules/") || file.includes("/packages/")) continue;
    return { file, line: Number(row), column: Number(column), function: name };
  }
  return undefined;
}
