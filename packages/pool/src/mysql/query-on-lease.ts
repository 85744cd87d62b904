import type { Connection } from "mysql2";
import type { Command, MysqlDriver } from "./mysql-driver.ts";

/**
 * Sends a query object, and calls `release` (perhaps more than once) when it has ended: with its callback, as a stream, or by
 * the loss of the connection.
 */
export function queryOnLease(client: Connection, command: Command, release: () => void): void {
  const driver = client as unknown as MysqlDriver;
  const callback = command.onResult;
  if (typeof callback === "function") {
    command.onResult = (...result: unknown[]) => {
      release();
      (callback as (...given: unknown[]) => void)(...result);
    };
  } else {
    // The command is still the current one when it tells its end.
    command.once("end", () => process.nextTick(release));
    onLost(driver, command, release);
  }
  try {
    driver.query(command);
  } catch (error) {
    release();
    process.nextTick(failCommand, command, error);
  }
}

/** mysql2 tells a stream nothing when its connection is lost: it would wait for ever. */
function onLost({ stream }: MysqlDriver, command: Command, release: () => void): void {
  const lost = (): void => {
    release();
    const error = new Error("Connection lost: The server closed the connection.");
    const told = Object.assign(error, { code: "PROTOCOL_CONNECTION_LOST", fatal: true });
    if (command.listenerCount("error") > 0) command.emit("error", told);
  };
  stream.once("close", lost);
  command.once("end", () => stream.removeListener("close", lost));
}

/** Tells a query object that it can't be sent. */
export function failCommand(command: Command, error: unknown): void {
  if (typeof command.onResult === "function") {
    (command.onResult as (reason: unknown) => void)(error);
  } else {
    command.emit("error", error);
  }
}
