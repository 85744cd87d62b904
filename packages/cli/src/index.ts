export { type Config, defineConfig, type FailOn } from "./config.ts";
export type { CheckConfig, RuleSetting } from "./check-config.ts";
