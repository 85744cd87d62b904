import type { Packet } from "./mysql-driver.ts";

/** Bits of the status that comes with each OK and EOF packet (mysql_com.h). */
export const ServerStatus = {
  inTransaction: 1,
  autocommit: 2,
  moreResults: 8,
  databaseDropped: 256,
  sessionStateChanged: 0x4000,
} as const;

/** Kinds of session changes in an OK packet (protocol, "Session State Information"). */
const SYSTEM_VARIABLES = 0;
const SCHEMA = 1;
const STATE_CHANGE = 2;
const GTIDS = 3;

/** A variable that MariaDB tells after each commit: no doing of the session. */
const LAST_GTID = "last_gtid";

export interface PacketStatus {
  readonly flags: number;
  readonly sessionChanged: boolean;
  readonly databaseChanged: boolean;
  /** What the server told of the transactions that it just committed. */
  readonly gtids?: string | undefined;
}

/** The status of an OK packet. GTIDs and the transaction's state, which a client may ask for too, are no change. */
export function statusOfOk({ buffer, offset, end }: Packet): PacketStatus {
  let at = afterInteger(buffer, afterInteger(buffer, offset + 1));
  const flags = buffer.readUInt16LE(at);
  at += 4;
  let sessionChanged = false;
  let gtids: string | undefined;
  let databaseChanged = (flags & ServerStatus.databaseDropped) !== 0;
  if ((flags & ServerStatus.sessionStateChanged) !== 0 && at < end) {
    at = afterString(buffer, at);
    for (at = afterInteger(buffer, at); at < end; at = afterString(buffer, at + 1)) {
      const kind = buffer[at];
      const data = afterInteger(buffer, at + 1);
      if (kind === SCHEMA) databaseChanged = true;
      if (kind === SYSTEM_VARIABLES && stringAt(buffer, data) === LAST_GTID) {
        gtids = stringAt(buffer, afterString(buffer, data));
      } else if (kind === GTIDS) {
        // After a byte that tells the encoding, of which there is one.
        gtids = stringAt(buffer, data + 1);
      } else if (kind === SCHEMA || kind === SYSTEM_VARIABLES || kind === STATE_CHANGE) {
        sessionChanged = true;
      }
    }
  }
  return { flags, sessionChanged, databaseChanged, gtids };
}

/** A length-encoded string. */
function stringAt(buffer: Buffer, at: number): string {
  return buffer.toString("latin1", afterInteger(buffer, at), afterString(buffer, at));
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
