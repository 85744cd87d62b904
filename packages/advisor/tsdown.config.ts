import { defineConfig, type UserConfig } from "tsdown";

const config: UserConfig = defineConfig({
  // A thread that reads logs has a file of its own.
  entry: {
    index: "src/index.ts",
    logs: "src/logs.ts",
    "digest-worker": "src/digest/digest-worker.ts",
  },
  platform: "node",
  target: "node22.12",
  dts: true,
  fixedExtension: false,
});

export default config;
