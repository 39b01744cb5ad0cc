// Runs e2e/screens.ts, which takes pictures of the console and checks nothing.
import { consoleUrl } from "./e2e/support.ts";
import base from "./playwright.config.ts";

export default {
  ...base,
  projects: undefined,
  testMatch: "screens.ts",
  reporter: [["line"]],
  use: { ...base.use, baseURL: consoleUrl() },
};
