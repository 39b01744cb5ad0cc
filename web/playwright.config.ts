// Browser tests against a running server, named by LGSP_E2E_URL. See e2e/README.md.
import { defineConfig } from "@playwright/test";
import { browserOptions, contextOptions } from "./e2e/support.ts";

export default defineConfig({
  testDir: "e2e",
  testMatch: "*.spec.ts",
  workers: 1,
  retries: 0,
  fullyParallel: false,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    ...contextOptions,
    baseURL: process.env.LGSP_E2E_URL ?? "http://127.0.0.1:8800",
    launchOptions: browserOptions(),
    viewport: { width: 1366, height: 768 },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
});
