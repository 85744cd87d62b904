import { withScope } from "@dbadvise/loader/kysely";
import fastify, { type FastifyInstance } from "fastify";
import type { GetGreeting } from "./get-greeting.ts";

export function fastifyApp(getGreeting: GetGreeting): FastifyInstance {
  const app = fastify();
  // All hooks and handlers that follow run in the scope, which ends with the response.
  app.addHook("onRequest", (request, reply, done) => {
    const ended = withScope(
      () =>
        new Promise<void>((resolve) => {
          reply.raw.once("close", resolve);
          done();
        }),
      `${request.method} ${request.routeOptions.url}`,
    );
    ended.catch((error: unknown) => request.log.error(error));
  });
  app.get<{ Params: { id: string } }>("/users/:id", ({ params }) => getGreeting(Number(params.id)));
  return app;
}
