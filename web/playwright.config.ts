// Browser tests against a running server, named by LGSP_E2E_URL. See e2e/README.md.
import { defineConfig } from "@playwright/test";
import { browserOptions, consoleUrl, contextOptions, origin } from "./e2e/support.ts";

export default defineConfig({
  testDir: "e2e",
  // The tests of the console share one administrator and its preferences; those of sign-on make
  // people of their own and may run beside them.
  workers: 2,
  retries: 0,
  fullyParallel: false,
  // A machine that builds beside the tests is several times slower.
  timeout: 180_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    ...contextOptions,
    launchOptions: browserOptions(),
    viewport: { width: 1366, height: 768 },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
  projects: [
    { name: "setup", testMatch: "setup.ts" },
    {
      name: "console",
      dependencies: ["setup"],
      testMatch: "*.spec.ts",
      testIgnore: "sign-on/**",
      workers: 1,
      use: { baseURL: consoleUrl() },
    },
    {
      name: "sign-on",
      testMatch: "sign-on/*.spec.ts",
      dependencies: ["setup"],
      fullyParallel: true,
      use: { baseURL: origin() },
    },
  ],
});
