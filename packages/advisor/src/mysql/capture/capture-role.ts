import type { NodeUsage } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import { ownAlias } from "../own-alias.ts";
import { readRows, type TextRow } from "../read-rows.ts";
import type { ServerFacts } from "./capture-server.ts";

type Role = Pick<NodeUsage, "role" | "standbys" | "incarnation">;

/** What a server that gets its changes from another one tells of it, whoever asks. */
const SOURCES: Readonly<Record<ServerFacts["traits"]["product"], string>> = {
  MySQL:
    "select count(*) as sources from performance_schema.replication_connection_configuration where host <> ''",
  MariaDB: "show all slaves status",
};

// Of a group with one primary the other members are its replicas.
const GROUP = `
  select count(*) as secondary from performance_schema.replication_group_members
  where member_id = @@server_uuid and member_role = 'SECONDARY'`;

/** Connections that fetch the binary log: replicas, and programs that do as if they were some. */
const FETCHERS: Readonly<Record<ServerFacts["traits"]["product"], string>> = {
  MySQL:
    "select count(*) as fetchers from performance_schema.threads where processlist_command like 'Binlog Dump%'",
  MariaDB:
    "select count(*) as fetchers from information_schema.processlist where command like 'Binlog Dump%'",
};

const SERVER: Readonly<Record<ServerFacts["traits"]["product"], string>> = {
  MySQL: `select @@server_uuid as ${ownAlias("value")}, @@global.read_only as read_only`,
  MariaDB: `select concat(@@hostname, ':', @@port, '/', @@server_id) as ${ownAlias("value")}, @@global.read_only as read_only`,
};

/** Whether changes come from another server, who fetches them from this one, and which server it is. */
export async function captureRole(session: Session, { traits }: ServerFacts): Promise<Role> {
  const ask = (sql: string): Promise<readonly TextRow[] | null> =>
    readRows(session, sql).catch(() => null);
  const { product } = traits;
  const [server] = (await ask(SERVER[product])) ?? [];
  const sources = await ask(SOURCES[product]);
  const group = product === "MySQL" ? await ask(GROUP) : null;
  const follows =
    product === "MySQL"
      ? (sources?.[0]?.["sources"] ?? "0") !== "0" || (group?.[0]?.["secondary"] ?? "0") !== "0"
      : (sources?.length ?? 0) > 0;
  // A server that may not tell is taken at its word that it takes no writes.
  const readOnly = !["0", "OFF", undefined, null].includes(server?.["read_only"]);
  const role = follows || readOnly ? "replica" : "primary";
  const fetchers = (await seesOthers(session, product)) ? await ask(FETCHERS[product]) : null;
  const standbys = fetchers?.[0]?.["fetchers"];
  return {
    role,
    ...(standbys != null && { standbys: Number(standbys) }),
    ...(server?.[ownAlias("value")] != null && {
      incarnation: `${server[ownAlias("value")]}/${role}`,
    }),
  };
}

/** Whether this account sees other accounts' sessions: on MySQL whoever may read the table does, on MariaDB PROCESS is needed. */
async function seesOthers(
  session: Session,
  product: ServerFacts["traits"]["product"],
): Promise<boolean> {
  if (product === "MySQL") return true;
  return readRows(session, "select 1 as seen from information_schema.innodb_metrics limit 1").then(
    () => true,
    () => false,
  );
}
