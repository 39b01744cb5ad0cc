// Runs e2e/screens.ts, which takes pictures and checks nothing.
import base from "./playwright.config.ts";

export default { ...base, testMatch: "screens.ts", reporter: [["line"]] };
