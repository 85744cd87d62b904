import {
  type Command,
  currentCommand,
  type DriverError,
  type MysqlDriver,
} from "./mysql-driver.ts";

export interface Cancellation {
  readonly driver: MysqlDriver;
  /** Milliseconds in which the server must have ended a cancelled statement. */
  readonly graceMs: number;
  /** From now on no command is sent, until the returned function is called. */
  hold(): () => void;
  /** Kills the running statement; resolves with whether a KILL was sent. */
  kill(sql: string, isRunning: () => boolean, signal: AbortSignal): Promise<boolean>;
  /** Sends a statement that does nothing, ahead of what is held; settles when that has ended. */
  sendNothing(): Promise<void>;
  /** Ends the connection that didn't answer. */
  giveUp(error: Error): void;
}

const ER_QUERY_INTERRUPTED = 1317;

/** A statement as it was given to mysql2. */
export interface RunningStatement<Result> {
  readonly command: Command;
  /** Settles when the server has answered, or the connection is lost. */
  readonly result: Promise<Result>;
}

/**
 * Runs a statement that `signal` kills on the server. Settles when the statement has ended *and* the KILL is done with: until
 * then nothing else is sent, or the KILL might hit it. Rejects with the signal's reason, also where the statement
 * ended well: SELECT SLEEP() that is killed gives 1.
 */
export async function runCancellable<Result>(
  start: () => RunningStatement<Result>,
  signal: AbortSignal,
  cancellation: Cancellation,
): Promise<Result> {
  signal.throwIfAborted();
  const statement = start();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => {
    void cancel(statement, cancellation).finally(() => aborted.reject(signal.reason));
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const result = await Promise.race([statement.result, aborted.promise]);
    if (signal.aborted) await aborted.promise;
    return result;
  } catch (error) {
    if (signal.aborted) await aborted.promise;
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function cancel(
  { command, result }: RunningStatement<unknown>,
  { driver, graceMs, hold, kill, sendNothing, giveUp }: Cancellation,
): Promise<void> {
  const isRunning = (): boolean => currentCommand(driver) === command;
  if (!isRunning()) {
    // Not sent yet: it never will be.
    command.start = () => null;
    return;
  }
  const release = hold();
  const grace = new AbortController();
  const timer = setTimeout(() => {
    grace.abort(new Error(`The server didn't end a killed statement within ${graceMs} ms`));
  }, graceMs);
  const late = new Promise<never>((_, reject) => {
    grace.signal.addEventListener("abort", () => reject(grace.signal.reason as Error));
  });
  const outcome = result.then(
    () => undefined,
    (error: DriverError) => error.errno,
  );
  try {
    const killed = await Promise.race([kill(command.sql ?? "", isRunning, grace.signal), late]);
    const errno = await Promise.race([outcome, late]);
    // A KILL that came after the end may be kept for the next statement (MySQL bug 45679): this is it.
    if (killed && errno !== ER_QUERY_INTERRUPTED) await Promise.race([sendNothing(), late]);
  } catch (error) {
    giveUp(error as Error);
  } finally {
    clearTimeout(timer);
    release();
  }
}
