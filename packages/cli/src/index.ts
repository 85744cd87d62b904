export { type Config, defineConfig, type FailOn } from "./config.ts";
