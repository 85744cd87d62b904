import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.ts", "testkit/src/**/*.test.ts"],
    globalSetup: ["testkit/src/vitest-setup.ts"],
    // Real databases: a busy machine is slow, a hung test still ends.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});

export default config;
