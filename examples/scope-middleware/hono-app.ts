import { withScope } from "@dbadvise/loader/kysely";
import { Hono } from "hono";
import type { GetGreeting } from "./get-greeting.ts";

export function honoApp(getGreeting: GetGreeting): Hono {
  const app = new Hono();
  app.use((context, next) => withScope(next, `${context.req.method} ${context.req.path}`));
  app.get("/users/:id", async (context) =>
    context.text(await getGreeting(Number(context.req.param("id")))),
  );
  return app;
}
