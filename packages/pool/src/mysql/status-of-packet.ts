import type { Packet } from "./mysql-driver.ts";

/** Bits of the status that comes with each OK and EOF packet (mysql_com.h). */
export const ServerStatus = {
  inTransaction: 1,
  autocommit: 2,
  databaseDropped: 256,
  sessionStateChanged: 0x4000,
} as const;

/** Kinds of session changes in an OK packet (protocol, "Session State Information"). */
const SYSTEM_VARIABLES = 0;
const SCHEMA = 1;
const STATE_CHANGE = 2;

export interface PacketStatus {
  readonly flags: number;
  readonly sessionChanged: boolean;
  readonly databaseChanged: boolean;
}

/** The status of an OK packet. GTIDs and the transaction's state, which a client may ask for too, are no change. */
export function statusOfOk({ buffer, offset, end }: Packet): PacketStatus {
  let at = afterInteger(buffer, afterInteger(buffer, offset + 1));
  const flags = buffer.readUInt16LE(at);
  at += 4;
  let sessionChanged = false;
  let databaseChanged = (flags & ServerStatus.databaseDropped) !== 0;
  if ((flags & ServerStatus.sessionStateChanged) !== 0 && at < end) {
    at = afterString(buffer, at);
    for (at = afterInteger(buffer, at); at < end; at = afterString(buffer, at + 1)) {
      const kind = buffer[at];
      if (kind === SCHEMA) databaseChanged = true;
      if (kind === SCHEMA || kind === SYSTEM_VARIABLES || kind === STATE_CHANGE) {
        sessionChanged = true;
      }
    }
  }
  return { flags, sessionChanged, databaseChanged };
}

/** After a length-encoded integer. */
function afterInteger(buffer: Buffer, at: number): number {
  const first = buffer[at] ?? 0;
  if (first < 0xfb) return at + 1;
  return at + (first === 0xfc ? 3 : first === 0xfd ? 4 : 9);
}

/** After a length-encoded string. */
function afterString(buffer: Buffer, at: number): number {
  const data = afterInteger(buffer, at);
  const bytes = data - at - 1;
  return data + (bytes === 0 ? (buffer[at] ?? 0) : buffer.readUIntLE(at + 1, Math.min(bytes, 6)));
}
