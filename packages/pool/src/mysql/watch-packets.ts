import {
  type Command,
  currentCommand,
  type MysqlDriver,
  type Packet,
  queueOf,
  setCurrentCommand,
} from "./mysql-driver.ts";
import { type PacketStatus, ServerStatus, statusOfOk } from "./status-of-packet.ts";

export interface PacketListener {
  /** The status of an OK or EOF packet. */
  onStatus(status: PacketStatus): void;
  /** An error of the server; `packet` as it came. */
  onError(errno: number, packet: Packet): void;
}

export interface PacketWatch {
  /** Whether a command is running, held, or waits to be sent. One whose error is just being told has ended. */
  isBusy(): boolean;
  /** `performance.now()` at the end of the last command. */
  lastHeard(): number;
  /** What the server told of the transactions that the last command committed; `undefined` where it told none. */
  gtids(): string | undefined;
  /** From now on no command is sent, until the returned function is called. */
  hold(): () => void;
  /** Lets the command that `send` adds go ahead of those that are held. */
  ahead(send: () => void): void;
}

/** Reads along what the server answers, before mysql2 does. */
export function watchPackets(driver: MysqlDriver, listener: PacketListener): PacketWatch {
  const handle = driver.handlePacket.bind(driver);
  let heardAt = performance.now();
  let failed: Command | undefined;
  let holds = 0;
  let held = false;
  let answered: Command | undefined;
  let gtids: string | undefined;
  let severalResults = false;

  driver.handlePacket = (packet) => {
    if (packet === undefined) {
      if (holds > 0) held = true;
      else handle();
      return;
    }
    const command = currentCommand(driver);
    if (command !== undefined) {
      if (command !== answered) {
        answered = command;
        gtids = undefined;
        severalResults = false;
      }
      read(packet, command);
    }
    handle(packet);
    if (currentCommand(driver) !== command) heardAt = performance.now();
  };

  function read(packet: Packet, command: Command): void {
    if (packet.isError()) {
      failed = command;
      listener.onError(packet.buffer.readUInt16LE(packet.offset + 1), packet);
    } else if (packet.isEOF()) {
      // Shorter than any row or name: nothing else looks like it once a connection is open.
      const flags = packet.eofStatusFlags() & 0xffff;
      const databaseChanged = (flags & ServerStatus.databaseDropped) !== 0;
      onStatus({ flags, sessionChanged: false, databaseChanged });
    } else if (packet.buffer[packet.offset] === 0 && expectsOk(command)) {
      onStatus(statusOfOk(packet));
    }
  }

  function onStatus(status: PacketStatus): void {
    // A commit that is answered with a result set tells no GTID: among several results one may be missing.
    severalResults ||= (status.flags & ServerStatus.moreResults) !== 0;
    gtids = severalResults ? undefined : (status.gtids ?? gtids);
    listener.onStatus(status);
  }

  return {
    isBusy: () => {
      if (holds > 0) return true;
      const running = currentCommand(driver);
      if (running !== undefined && running !== failed) return true;
      const queue = queueOf(driver);
      for (let index = 0; index < queue.length; index += 1) {
        if (!isVoid(queue.get(index))) return true;
      }
      return false;
    },
    lastHeard: () => heardAt,
    gtids: () => gtids,
    hold: () => {
      holds += 1;
      return () => {
        holds -= 1;
        if (holds > 0 || !held) return;
        held = false;
        if (currentCommand(driver) !== undefined) handle();
      };
    },
    ahead: (send) => {
      const waiting = held ? currentCommand(driver) : undefined;
      if (waiting !== undefined) setCurrentCommand(driver, undefined);
      held = false;
      const keep = holds;
      holds = 0;
      send();
      holds = keep;
      if (waiting !== undefined) queueOf(driver).unshift(waiting);
    },
  };
}

/** Whether a packet that begins with 0 is an OK: it may also be a binary row. */
function expectsOk(command: Command): boolean {
  const { next } = command;
  return next !== undefined && (next === command.resultsetHeader || next === command.infileOk);
}

/** A command that will send nothing: mysql2 itself gives it a `start` of its own where its preparation failed. */
function isVoid(command: Command | undefined): boolean {
  return command === undefined || Object.hasOwn(command, "start");
}
