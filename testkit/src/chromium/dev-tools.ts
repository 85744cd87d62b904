type Values = Readonly<Record<string, unknown>>;

/** The Chrome DevTools Protocol over its WebSocket, as far as tests need it. */
export interface DevTools {
  /** A command's result; throws its error. */
  send(method: string, params?: Values): Promise<Values>;
  /** Commands and events of one page. */
  attach(targetId: string): Promise<DevToolsSession>;
  close(): void;
}

export interface DevToolsSession {
  send(method: string, params?: Values): Promise<Values>;
  on(event: string, listener: (params: Values) => void): void;
}

interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Values;
  readonly result?: Values;
  readonly error?: { readonly message: string };
}

export async function openDevTools(url: string): Promise<DevTools> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve(), { once: true });
    socket.addEventListener("error", () => reject(new Error(`No connection to ${url}`)), {
      once: true,
    });
  });
  const pending = new Map<number, PromiseWithResolvers<Values>>();
  const listeners = new Map<string, ((params: Values) => void)[]>();
  let lastId = 0;
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id === undefined) {
      const key = `${message.sessionId ?? ""} ${message.method ?? ""}`;
      for (const listener of listeners.get(key) ?? []) listener(message.params ?? {});
      return;
    }
    const waiting = pending.get(message.id);
    pending.delete(message.id);
    if (message.error === undefined) waiting?.resolve(message.result ?? {});
    else waiting?.reject(new Error(message.error.message));
  });
  socket.addEventListener("close", () => {
    for (const waiting of pending.values()) waiting.reject(new Error("Chromium has gone."));
    pending.clear();
  });
  const send = (method: string, params: Values, sessionId?: string): Promise<Values> => {
    const id = ++lastId;
    const answer = Promise.withResolvers<Values>();
    pending.set(id, answer);
    socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }));
    return answer.promise;
  };
  return {
    send: (method, params = {}) => send(method, params),
    attach: async (targetId) => {
      const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
      const session = String(sessionId);
      return {
        send: (method, params = {}) => send(method, params, session),
        on: (event, listener) => {
          const key = `${session} ${event}`;
          listeners.set(key, [...(listeners.get(key) ?? []), listener]);
        },
      };
    },
    close: () => socket.close(),
  };
}
