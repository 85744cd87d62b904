import type { SessionEffect } from "./session-effect.ts";
import { type PacketStatus, ServerStatus } from "./status-of-packet.ts";

/** What is known of a session from what was sent and what the server told, without a round trip. */
export interface Session {
  /** A text is sent; `alone` when no other command is under way. */
  sent(effect: SessionEffect, alone: boolean): void;
  answered(status: PacketStatus): void;
  /** An error came: those carry no status. */
  failed(): void;
  /** As after connecting. */
  isClean(): boolean;
  /** Nothing but an open transaction keeps it from being clean: ROLLBACK mends it. */
  needsOnlyRollback(): boolean;
  databaseChanged(): boolean;
  /** The holder asked for a read-only transaction. */
  readOnlyAsked(): boolean;
  /** What was changed up to now is how the session is meant to be. */
  settle(): void;
}

/** A session after the handshake, which told these flags. */
export function createSession(handshakeFlags: number): Session {
  let flags = handshakeFlags;
  let changed = false;
  let database = false;
  let nextTransaction = false;
  let readOnly = false;

  return {
    sent: (effect, alone) => {
      readOnly ||= effect.readOnly;
      database ||= effect.database;
      // The end of a transaction before it in the queue would seem to be that of the next one.
      changed ||= effect.changes || (effect.nextTransaction && !alone);
      nextTransaction ||= effect.nextTransaction;
    },
    answered: (status) => {
      const ended =
        (flags & ServerStatus.inTransaction) !== 0 &&
        (status.flags & ServerStatus.inTransaction) === 0;
      flags = status.flags;
      changed ||= status.sessionChanged;
      database ||= status.databaseChanged;
      if (ended) nextTransaction = readOnly = false;
    },
    failed: () => {
      // Without autocommit any statement opens a transaction, also one that fails.
      if ((flags & ServerStatus.autocommit) === 0) flags |= ServerStatus.inTransaction;
    },
    isClean: () =>
      !changed && !database && !nextTransaction && (flags & ServerStatus.inTransaction) === 0,
    needsOnlyRollback: () => !changed && !database && !nextTransaction,
    databaseChanged: () => database,
    readOnlyAsked: () => readOnly,
    settle: () => {
      changed = database = nextTransaction = readOnly = false;
    },
  };
}
