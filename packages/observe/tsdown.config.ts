import { defineConfig, type UserConfig } from "tsdown";

const config: UserConfig = defineConfig({
  entry: [
    "src/index.ts",
    "src/opentelemetry.ts",
    "src/prometheus.ts",
    "src/sql.ts",
    "src/expect-queries.ts",
  ],
  platform: "node",
  target: "node22.12",
  dts: true,
  fixedExtension: false,
});

export default config;
