import { defineConfig, type UserConfig } from "tsdown";

const config: UserConfig = defineConfig({
  entry: ["src/index.ts", "src/kysely.ts"],
  platform: "node",
  target: "node22.12",
  dts: true,
  fixedExtension: false,
});

export default config;
