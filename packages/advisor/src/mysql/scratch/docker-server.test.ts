import { startMariadb, startMysql } from "@dbadvise/testkit";
import { expect, test } from "vitest";
import { type ContainerPlan, loadContainers, startContainer } from "./docker-server.ts";

test("says that the package is missing", async () => {
  await expect(loadContainers()).rejects.toMatchObject({ code: "ERR_MODULE_NOT_FOUND" });
});

// There is no Docker on every machine that runs the tests: a server of the testkit stands for the container's.
test.each([
  { product: "MySQL", start: startMysql, version: 80_045, image: "mysql:8.0" },
  { product: "MariaDB", start: startMariadb, version: 110_803, image: "mariadb:11.8" },
] as const)("starts $image in Docker, and stops it", async ({ product, start, version, image }) => {
  const database = await start();
  const url = new URL(database.url);
  const images: string[] = [];
  let variables: Readonly<Record<string, string>> = {};
  let stopped = 0;
  class GenericContainer implements ContainerPlan {
    constructor(name: string) {
      images.push(name);
    }
    withEnvironment(given: Readonly<Record<string, string>>): this {
      variables = given;
      return this;
    }
    withExposedPorts(): this {
      return this;
    }
    withTmpFs(): this {
      return this;
    }
    start: ContainerPlan["start"] = () =>
      Promise.resolve({
        getHost: () => url.hostname,
        getMappedPort: () => Number(url.port),
        stop: () => Promise.resolve((stopped += 1)),
      });
  }
  try {
    const server = await startContainer({ GenericContainer }, product, version, () =>
      decodeURIComponent(url.password),
    );
    expect(images).toEqual([image]);
    expect(Object.values(variables)).toEqual([decodeURIComponent(url.password)]);
    expect(server).toMatchObject({ product, own: true });
    await server.close();
    expect(stopped).toBe(1);
  } finally {
    await database.close();
  }
});
