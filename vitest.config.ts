import { defineConfig, type ViteUserConfig } from "vitest/config";

/** File for machine-readable results, beside those on the terminal. */
const results = process.env["DBADVISE_TEST_RESULTS"];

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.ts", "testkit/src/**/*.test.ts", "examples/*/*.test.ts"],
    globalSetup: ["testkit/src/vitest-setup.ts"],
    // Real databases: a busy machine is slow, a hung test still ends.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // One more than CI's cores: many tests wait for servers.
    maxWorkers: 3,
    reporters: results === undefined ? ["default"] : ["default", ["json", { outputFile: results }]],
  },
});

export default config;
