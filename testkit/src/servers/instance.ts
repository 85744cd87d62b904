/** What the keeper must know to run a server whose data directory has been made. */
export interface Instance {
  /** Name and version, for people: `MySQL 9.7.4`. */
  readonly version: string;
  readonly file: string;
  arguments(port: number): readonly string[];
  /** What the server writes to its log once it accepts connections. */
  readonly ready: string;
  /** Whether the process accepts connections, for servers that may write their log elsewhere; asked again and again. */
  readonly isReady?: (pid: number) => boolean;
  url(port: number): string;
  /** Signal after which the server ends although sessions are open. */
  readonly stop: NodeJS.Signals;
  /** Signal after which the server is gone as if it had crashed. */
  readonly crash: NodeJS.Signals;
}
