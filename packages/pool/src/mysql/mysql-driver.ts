import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type { Connection } from "mysql2";

/**
 * What is used of mysql2 beyond its documented API, in one place. The server's status flags and errors pass through
 * `handlePacket`; whether a command is running is seen by its queue. {@link driverOf} checks that it is all there.
 */
export interface MysqlDriver {
  stream: Socket;
  readonly config: DriverConfig;
  readonly threadId: number;
  readonly clientEncoding: string;
  readonly _handshakePacket: Handshake;
  _command: Command | null | undefined;
  readonly _commands: CommandQueue;
  /** A packet of the server, or without one: starts the command that is next. */
  handlePacket(packet?: Packet): void;
  query: Send;
  execute: Send;
  prepare: (options: unknown, callback?: PrepareCallback) => unknown;
  changeUser: (options: unknown, callback?: unknown) => unknown;
  reset(callback: (error: Error | null) => void): unknown;
  ping(callback: (error?: Error | null) => void): unknown;
  end(): unknown;
  destroy(): void;
}

export interface Handshake {
  readonly serverVersion: string;
  readonly statusFlags: number;
}

/** Commands that wait to be sent. */
export interface CommandQueue {
  readonly length: number;
  get(index: number): Command | undefined;
  unshift(command: Command): unknown;
}

export type Send = (sql: unknown, values?: unknown, callback?: unknown) => Command;

export type PrepareCallback = (error: Error | null, statement?: PreparedStatement) => void;

export interface PreparedStatement {
  readonly query: string;
  execute: (values?: unknown, callback?: unknown) => Command;
}

/** A command of mysql2: waits in the queue, is sent, and takes the packets of its answer one by one. */
export interface Command extends EventEmitter {
  readonly sql?: string;
  readonly values?: unknown;
  onResult?: unknown;
  /** What takes the next packet. */
  readonly next?: unknown;
  readonly resultsetHeader?: unknown;
  readonly infileOk?: unknown;
  start: () => unknown;
}

export interface Packet {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly end: number;
  isError(): boolean;
  isEOF(): boolean;
  eofStatusFlags(): number;
  asError(encoding: string): DriverError;
  reset(): void;
}

export interface DriverConfig {
  readonly host?: string;
  readonly port?: number;
  readonly socketPath?: string | undefined;
  readonly database?: string | undefined;
  readonly clientFlags: number;
  charsetNumber: number;
}

/** An error of the server (with `errno`) or of mysql2 (with `fatal`). */
export interface DriverError extends Error {
  readonly code?: string;
  readonly errno?: number;
  readonly fatal?: boolean;
}

/** The inside of a connection. Throws where this mysql2 has another one. */
export function driverOf(client: Connection): MysqlDriver {
  const driver = client as unknown as MysqlDriver;
  const methods = ["handlePacket", "query", "execute", "prepare", "changeUser", "reset"] as const;
  const missing = methods.filter((name) => typeof driver[name] !== "function");
  if (missing.length > 0 || typeof queueOf(driver)?.unshift !== "function") {
    throw new Error(`This mysql2 is not supported (3.22 or later is): no ${missing.join(", ")}`);
  }
  return driver;
}

/** The command that is running, or is the next to be sent. */
export function currentCommand(driver: MysqlDriver): Command | undefined {
  return driver["_command"] ?? undefined;
}

export function setCurrentCommand(driver: MysqlDriver, command: Command | undefined): void {
  driver["_command"] = command;
}

export function queueOf(driver: MysqlDriver): CommandQueue {
  return driver["_commands"];
}

export function handshakeOf(driver: MysqlDriver): Handshake {
  return driver["_handshakePacket"];
}

/** Which of the two it is, by the version that the server told. */
export function systemOf(driver: MysqlDriver): "mysql" | "mariadb" {
  return /mariadb/i.test(handshakeOf(driver).serverVersion) ? "mariadb" : "mysql";
}
