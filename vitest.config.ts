import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Tests that drive real tools (Open vSwitch, the kernel) as root, one file at a time. */
const REAL = "**/*.real.test.ts";

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)) } },
  test: {
    environment: "node",
    env: { TZ: "UTC" },
    setupFiles: ["lib/testing/property-seed.ts"],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{lib,components,app}/**/*.test.{ts,tsx}", "bin/*.test.mjs"],
          exclude: [REAL, "**/node_modules/**"],
        },
      },
      {
        extends: true,
        test: {
          name: "real",
          include: [`lib/${REAL}`],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
