import { defineConfig, type UserConfig } from "tsdown";

const config: UserConfig = defineConfig({
  entry: ["src/index.ts", "src/kysely.ts", "src/mysql.ts", "src/pg.ts", "src/postgres.ts"],
  platform: "node",
  target: "node22.12",
  dts: true,
  fixedExtension: false,
});

export default config;
