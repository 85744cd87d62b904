import { describe, expect, it } from "vitest";
import { checkSize, resolveOptions } from "./resolve-options.ts";
import { fakeConnector } from "./testing/fake-connector.ts";
import { virtualEnvironment } from "./testing/virtual-environment.ts";

const connector = fakeConnector(virtualEnvironment());

function faultOf(options: object): string {
  try {
    resolveOptions({ connector, ...options });
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
}

describe("resolveOptions", () => {
  it("fills in defaults and freezes", () => {
    const resolved = resolveOptions({ connector });
    expect(resolved).toMatchObject({ max: 10, minIdle: 0, name: "fake:1", validateAfterMs: 500 });
    expect(Object.isFrozen(resolved) && Object.isFrozen(resolved.backoffMs)).toBe(true);
  });

  it.each<[object, string]>([
    [{ max: 0 }, "max is a whole number from 1, not 0"],
    [{ max: 2.5 }, "not 2.5"],
    [{ max: "10" }, "max is a whole number from 1, not 10"],
    [{ max: Number.NaN }, "not NaN"],
    [{ minIdle: -1 }, "minIdle is a whole number from 0, not -1"],
    [{ minIdle: 11 }, "minIdle 11 is more than max 10"],
    ...[
      "connectTimeoutMs",
      "validateAfterMs",
      "validateTimeoutMs",
      "stallMs",
      "keepaliveMs",
      "idleTimeoutMs",
      "maxLifetimeMs",
      "leakDetectionMs",
    ].flatMap((name): [object, string][] => [
      [{ [name]: -5 }, `${name} is milliseconds, 0 or more, not -5`],
      [{ [name]: Number.NaN }, `${name} is milliseconds, 0 or more, not NaN`],
      [{ [name]: Infinity }, `${name} is milliseconds, 0 or more, not Infinity`],
    ]),
    [{ connectTimeoutMs: 0 }, "connectTimeoutMs is more than 0, not 0"],
    [{ validateTimeoutMs: 0 }, "validateTimeoutMs is more than 0, not 0"],
    [{ acquireTimeoutMs: 0 }, "acquireTimeoutMs is more than 0, or Infinity, not 0"],
    [{ maxWaiting: -1 }, "maxWaiting is a whole number from 0, not -1"],
    [{ maxUses: 0 }, "maxUses is a whole number from 1, not 0"],
    [{ breakerFailures: 0 }, "breakerFailures is a whole number from 1, not 0"],
    [{ concurrency: 0.5 }, "concurrency is a whole number from 1, not 0.5"],
    [{ backoffMs: { first: 9, last: 3 } }, "not { 9, 3 }"],
    [{ utilizationAlert: { high: 0.5, normal: 0.7 } }, "not { 0.5, 0.7 }"],
    [{ adaptive: { min: 11 } }, "adaptive.min is a whole number from 1 to max, not 11"],
    [{ adaptive: { min: 1, targetWaitMs: 0 } }, "adaptive.targetWaitMs is more than 0, not 0"],
    [{ rateLimit: { perSecond: 0 } }, 'not {"perSecond":0}'],
    [{ rateLimit: { perSecond: 5, burst: 0 } }, 'not {"perSecond":5,"burst":0}'],
    [{ connector: undefined }, "connector is missing"],
    [{ idleTimeout: 5 }, "idleTimeout is not an option"],
  ])("refuses %o", (options, fault) => {
    expect(faultOf(options)).toContain(fault);
  });

  it("tells every fault at once", () => {
    expect(faultOf({ max: 0, keepaliveMs: -1, size: 3 })).toMatch(
      /max .*keepaliveMs .*size is not/,
    );
  });

  it("checks the bounds of a resize", () => {
    expect(() => checkSize("p", { max: 0, minIdle: 1 })).toThrow(
      "not 0; minIdle 1 is more than max 0",
    );
    expect(() => checkSize("p", { max: 3, minIdle: 3 })).not.toThrow();
  });
});
