import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type DevTools, openDevTools } from "./chromium/dev-tools.ts";

/** Where packages install it. */
const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Nothing is looked up, updated or reported by the browser itself. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-extensions",
  "--disable-sync",
  "--hide-scrollbars",
  "--remote-debugging-port=0",
];

const START_MS = 60_000;

/** A browser without a window. */
export interface Chromium {
  /** Version as the browser says it. */
  readonly version: string;
  /** Opens a page and waits until it is loaded. */
  open(url: string, view?: PageView): Promise<ChromiumPage>;
  /** Ends the browser and removes its files. */
  close(): Promise<void>;
}

export interface PageView {
  /** CSS pixels. Default 1280 x 900. */
  readonly width?: number;
  readonly height?: number;
  /** Default light. */
  readonly colors?: "light" | "dark";
  readonly media?: "screen" | "print";
  /** Whether the page's scripts run. Default true. */
  readonly scripts?: boolean;
}

export interface ChromiumPage {
  /** What went wrong or left the page since it was opened. */
  readonly seen: PageLog;
  /** The value of an expression, awaited; throws what it throws. */
  evaluate(expression: string): Promise<unknown>;
  /** A press of a key: `Tab`, `Enter`. */
  press(key: "Tab" | "Enter"): Promise<void>;
  /** A part of the page as PNG, CSS pixels. */
  screenshot(clip: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }): Promise<Buffer>;
  close(): Promise<void>;
}

export interface PageLog {
  /** Uncaught errors, and what the browser or the page itself logged as an error or a violation of a policy. */
  readonly errors: readonly string[];
  /** Messages of `alert` and its like. */
  readonly dialogs: readonly string[];
  /** Addresses that were asked for, the page's own first. */
  readonly requests: readonly string[];
}

/** Starts the Chromium of this machine; `null` where none is installed: a test that needs one is then skipped. */
export async function startChromium(): Promise<Chromium | null> {
  const program = PROGRAMS.find((path) => existsSync(path));
  if (program === undefined) return null;
  const folder = await mkdtemp(join(tmpdir(), "dbadvise-chromium-"));
  const child = spawn(program, [...FLAGS, `--user-data-dir=${folder}`, "about:blank"], {
    detached: true,
    stdio: "ignore",
  });
  const kill = (): void => {
    try {
      // The group: the browser has many processes.
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  process.once("exit", kill);
  const close = async (): Promise<void> => {
    process.off("exit", kill);
    kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  try {
    const tools = await openDevTools(await addressOf(folder));
    const { product } = (await tools.send("Browser.getVersion")) as { readonly product: string };
    return {
      version: product,
      open: (url, view = {}) => openPage(tools, url, view),
      close: async () => {
        tools.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The browser writes its port into a file once it listens. */
async function addressOf(folder: string): Promise<string> {
  const file = join(folder, "DevToolsActivePort");
  const end = Date.now() + START_MS;
  for (;;) {
    const [port, path] = await readFile(file, "utf8").then(
      (text) => text.split("\n"),
      () => [],
    );
    if (port !== undefined && path !== undefined) return `ws://127.0.0.1:${port}${path}`;
    if (Date.now() > end) throw new Error(`Chromium did not listen within ${START_MS} ms.`);
    await sleep(50);
  }
}

async function openPage(tools: DevTools, url: string, view: PageView): Promise<ChromiumPage> {
  const { width = 1280, height = 900, colors = "light", media = "screen", scripts = true } = view;
  const { targetId } = (await tools.send("Target.createTarget", { url: "about:blank" })) as {
    readonly targetId: string;
  };
  const session = await tools.attach(targetId);
  const errors: string[] = [];
  const dialogs: string[] = [];
  const requests: string[] = [];
  session.on("Runtime.exceptionThrown", ({ exceptionDetails }) => {
    errors.push(JSON.stringify(exceptionDetails));
  });
  session.on("Log.entryAdded", ({ entry }) => errors.push(JSON.stringify(entry)));
  session.on("Runtime.consoleAPICalled", (call) => errors.push(JSON.stringify(call)));
  session.on("Page.javascriptDialogOpening", ({ message }) => {
    dialogs.push(String(message));
    void session.send("Page.handleJavaScriptDialog", { accept: true });
  });
  session.on("Network.requestWillBeSent", ({ request }) => {
    requests.push((request as { readonly url: string }).url);
  });
  const loaded = new Promise<void>((resolve) => session.on("Page.loadEventFired", () => resolve()));
  await Promise.all(
    ["Page.enable", "Runtime.enable", "Log.enable", "Network.enable"].map((name) =>
      session.send(name),
    ),
  );
  await session.send("Emulation.setDeviceMetricsOverride", {
    width,
    height,
    deviceScaleFactor: 1,
    mobile: false,
  });
  await session.send("Emulation.setEmulatedMedia", {
    media,
    features: [
      { name: "prefers-color-scheme", value: colors },
      { name: "prefers-reduced-motion", value: "reduce" },
    ],
  });
  await session.send("Emulation.setScriptExecutionDisabled", { value: !scripts });
  await session.send("Page.navigate", { url });
  await loaded;
  return {
    seen: { errors, dialogs, requests },
    evaluate: async (expression) => {
      const { result, exceptionDetails } = (await session.send("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
        userGesture: true,
      })) as { readonly result: { readonly value?: unknown }; readonly exceptionDetails?: unknown };
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return result.value;
    },
    press: async (key) => {
      const code = { Tab: 9, Enter: 13 }[key];
      const text = key === "Enter" ? { text: "\r" } : {};
      const event = { key, code: key, windowsVirtualKeyCode: code, ...text };
      await session.send("Input.dispatchKeyEvent", { type: "keyDown", ...event });
      await session.send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
    },
    screenshot: async (clip) => {
      const { data } = (await session.send("Page.captureScreenshot", {
        captureBeyondViewport: true,
        clip: { ...clip, scale: 1 },
      })) as { readonly data: string };
      return Buffer.from(data, "base64");
    },
    close: async () => {
      await tools.send("Target.closeTarget", { targetId });
    },
  };
}
