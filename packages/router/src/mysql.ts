export type { Router } from "./router.ts";
