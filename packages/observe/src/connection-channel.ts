import { channel, type Channel } from "node:diagnostics_channel";
import type { ConnectionMessage } from "./connection-message.ts";

const connections: Channel = channel("dbadvise:connection");

/** Whether anybody listens. A pool asks this before it builds a message. */
export function connectionsAreObserved(): boolean {
  return connections.hasSubscribers;
}

/** Publishes what happened to a connection on `dbadvise:connection`. */
export function publishConnection(message: ConnectionMessage): void {
  connections.publish(message);
}

/** Calls `listener` for each event of a connection, until the returned function is called. */
export function onConnection(listener: (message: ConnectionMessage) => void): () => void {
  const subscriber = (message: unknown): void => listener(message as ConnectionMessage);
  connections.subscribe(subscriber);
  return () => {
    connections.unsubscribe(subscriber);
  };
}
