import { withScope } from "@dbadvise/loader/kysely";
import express, { type Express } from "express";
import type { GetGreeting } from "./get-greeting.ts";

export function expressApp(getGreeting: GetGreeting): Express {
  const app = express();
  // All that follows runs in the scope, which ends with the response.
  app.use((request, response, next) => {
    const ended = withScope(
      () =>
        new Promise<void>((resolve) => {
          response.once("close", resolve);
          next();
        }),
      `${request.method} ${request.path}`,
    );
    ended.catch(console.error);
  });
  app.get("/users/:id", async (request, response) => {
    response.send(await getGreeting(Number(request.params.id)));
  });
  return app;
}
