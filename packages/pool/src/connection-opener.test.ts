import { describe, expect, it } from "vitest";
import { createConnectionOpener, type Loss } from "./connection-opener.ts";
import type { Connection } from "./connector.ts";
import { createPoolEmitter } from "./pool-emitter.ts";
import { resolveOptions } from "./resolve-options.ts";
import { type FakeBehaviour, type FakeClient, fakeConnector } from "./testing/fake-connector.ts";
import { sleep } from "./testing/pool-on-fake.ts";
import { type VirtualEnvironment, virtualEnvironment } from "./testing/virtual-environment.ts";

/** An opener over connections without a server, and what it told. */
function opening(behaviour: (time: VirtualEnvironment) => FakeBehaviour = () => ({})) {
  const time = virtualEnvironment();
  const connector = fakeConnector(time, behaviour(time));
  const emitter = createPoolEmitter();
  const opened: Connection<FakeClient>[] = [];
  const told: string[] = [];
  emitter.on("breaker", (state, error) => told.push(`breaker ${state} ${error?.message ?? "-"}`));
  const say = (loss: Loss | undefined): string => loss?.reason ?? "well";
  const options = resolveOptions({
    connector,
    max: 3,
    connectTimeoutMs: 200,
    breakerFailures: 2,
    backoffMs: { first: 100, last: 100 },
  });
  const opener = createConnectionOpener(options, time, emitter, {
    opened: (connection, ms, loss) => {
      opened.push(connection);
      told.push(`opened ${connection.client.id} after ${ms}, ${say(loss)}`);
    },
    failed: (error, ms) => told.push(`failed ${(error as Error).message} after ${ms}`),
    lost: ({ client }, loss) => told.push(`lost ${client.id}: ${loss.reason}`),
  });
  return { time, connector, opener, opened, told };
}

describe("the opener of connections", () => {
  it("connects, counts, and lets another take the place of one that is closed", async () => {
    const { time, opener, opened, told, connector } = opening((at) => ({
      connect: () => sleep(at, 50),
    }));
    for (let open = 0; open < 3; open += 1) opener.open(time.now());
    expect(opener.opening).toBe(3);
    await time.advance(60);
    expect(opener.opening).toBe(0);
    expect(told).toEqual([1, 2, 3].map((id) => `opened ${id} after 50, well`));
    const [first] = opened;
    await first?.close();
    await opener.closed(first!);
    opener.open(time.now());
    await time.advance(60);
    expect(connector.live).toBe(3);
  });

  it("tells the breaker's states, and when the next connect may be tried", async () => {
    let down = true;
    const { time, opener, told } = opening((at) => ({
      connect: async () => {
        await sleep(at, 10);
        if (down) throw new Error("refused");
      },
    }));
    opener.open(time.now());
    expect(opener.waitMs(time.now())).toBe(0);
    await time.advance(10);
    const waitMs = opener.waitMs(time.now());
    expect(waitMs).toBeGreaterThanOrEqual(50);
    expect(waitMs).toBeLessThanOrEqual(100);
    expect(opener.lastError()?.error).toEqual(new Error("refused"));
    await time.advance(waitMs);
    expect(opener.waitMs(time.now())).toBe(0);
    opener.open(time.now());
    expect(opener.waitMs(time.now())).toBe(Infinity);
    await time.advance(10);
    expect(opener.breaker).toBe("open");
    down = false;
    opener.open(time.now());
    expect(opener.breaker).toBe("half-open");
    await time.advance(10);
    expect(opener.lastError()).toBeUndefined();
    expect(told).toEqual([
      "failed refused after 10",
      "breaker open refused",
      "failed refused after 10",
      "breaker half-open refused",
      "breaker closed -",
      "opened 3 after 10, well",
    ]);
  });

  it("ends a connect at its deadline, and at the end of the pool", async () => {
    const { time, opener, told } = opening(() => ({
      connect: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
        }),
    }));
    opener.open(time.now());
    await time.advance(250);
    opener.open(time.now());
    await time.advance(10);
    opener.abort("the pool is closed");
    await time.settle();
    expect(told).toEqual([
      "failed not connected within 200 ms after 200",
      "breaker open the pool is closed",
      "failed the pool is closed after 10",
    ]);
  });

  it("closes what is lost while it connects, and takes that for a failure", async () => {
    const { time, opener, told, connector } = opening(() => ({
      connect: ({ onRetire }) => {
        onRetire("57P01", new Error("terminated"));
        return Promise.resolve();
      },
    }));
    opener.open(time.now());
    await time.advance(10);
    expect(told).toEqual(["failed terminated after 0"]);
    expect(connector.live).toBe(0);
  });

  it("loses no loss, however soon after connecting it comes", async () => {
    const seen = new Set<string>();
    for (let turns = 0; turns < 40; turns += 1) {
      const { time, opener, told, connector } = opening(() => ({
        connect: ({ onRetire }) => {
          const later = async (): Promise<void> => {
            for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
            onRetire("57P01", new Error("terminated"));
          };
          void later();
          return Promise.resolve();
        },
      }));
      opener.open(time.now());
      await time.advance(10);
      seen.add([...told, `${connector.live} open`].join("; "));
    }
    // While it connects; between the end of that and the pool's hearing of it; afterwards.
    expect([...seen]).toEqual([
      "failed terminated after 0; 0 open",
      "opened 1 after 0, 57P01; 1 open",
      "opened 1 after 0, well; lost 1: 57P01; 1 open",
    ]);
  });
});
