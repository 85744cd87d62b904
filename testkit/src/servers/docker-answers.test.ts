import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { dockerAnswers } from "./docker-answers.ts";

const directory = mkdtempSync(join(tmpdir(), "dbadvise-docker-"));
afterAll(() => rmSync(directory, { recursive: true }));

async function ask(name: string, engine: RequestListener): Promise<boolean> {
  const socket = join(directory, name);
  const server = createServer(engine).listen(socket);
  await once(server, "listening");
  try {
    return await dockerAnswers(`unix://${socket}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("an engine that answers the ping is there", async () => {
  const paths: (string | undefined)[] = [];
  const answers = await ask("engine", (request, response) => {
    paths.push(request.url);
    response.end("OK");
  });
  expect({ answers, paths }).toEqual({ answers: true, paths: ["/_ping"] });
});

test("a socket that accepts and never answers is no engine", async () => {
  expect(await ask("silent", () => {})).toBe(false);
});

test("no socket, or a host that can't be asked, is no engine", async () => {
  expect(await dockerAnswers(`unix://${join(directory, "missing")}`)).toBe(false);
  expect(await dockerAnswers("ssh://")).toBe(false);
});
