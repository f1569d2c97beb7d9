import { existsSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { chromium, defineConfig, devices } from "@playwright/test";
import { ADMIN_STATE } from "./e2e/support/login.ts";

/** Debian's package: used where Playwright's own Chromium has not been downloaded. */
const SYSTEM_CHROMIUM = "/usr/bin/chromium-headless-shell";
const DATA = fileURLToPath(new URL(".cache/e2e-data", import.meta.url));

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      if (address === null || typeof address === "string") return reject(new Error("a TCP listener has a port"));
      probe.close(() => resolve(address.port));
    });
  });
}

// Workers read this file again and must find the same server: the first reader chooses, and they inherit it.
if (process.env.UNDERLAY_E2E_PORT === undefined) {
  process.env.UNDERLAY_E2E_PORT = String(await freePort());
  rmSync(DATA, { recursive: true, force: true });
}
const baseURL = `http://127.0.0.1:${process.env.UNDERLAY_E2E_PORT}`;

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  workers: 1,
  retries: 0,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ...(process.env.PLAYWRIGHT_JSON_OUTPUT_NAME === undefined ? [] : [["json"] as const])],
  projects: [
    { name: "log in", testMatch: "support/admin.setup.ts" },
    { name: "chromium", dependencies: ["log in"], use: { storageState: ADMIN_STATE } },
  ],
  use: {
    baseURL,
    ...devices["Desktop Chrome"],
    viewport: { width: 1440, height: 900 },
    contextOptions: { reducedMotion: "reduce" },
    locale: "en-GB",
    timezoneId: "UTC",
    colorScheme: "light",
    screenshot: "only-on-failure",
    // Of an unattended run nobody keeps the files.
    trace: process.env.CI ? "off" : "retain-on-failure",
    launchOptions: {
      ...(existsSync(chromium.executablePath()) ? {} : { executablePath: SYSTEM_CHROMIUM }),
      args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--font-render-hinting=none",
        "--force-color-profile=srgb",
        // Chromium's sandbox needs a user of its own.
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      ],
    },
  },
  webServer: {
    command: `node bin/start.mjs --port ${process.env.UNDERLAY_E2E_PORT} --data ${DATA}`,
    url: `${baseURL}/api/health`,
    timeout: 180_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: "SIGTERM", timeout: 8000 },
    stdout: "ignore",
    stderr: "pipe",
  },
});
