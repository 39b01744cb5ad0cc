// How the console is built and unit-tested. Sizes are watched by scripts/budget.mjs.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  build: {
    // The browsers of the last two years; see CONTRIBUTING on supported browsers.
    target: ["chrome120", "edge120", "firefox121", "safari17"],
    manifest: true,
    modulePreload: { polyfill: false },
    // Small files stay files: the policy of the page allows no data: scripts or styles.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: {
      "/api": "http://127.0.0.1:8800",
      // Pages of the own account; "/accounts" is a page of the console.
      "^/account($|/)": "http://127.0.0.1:8800",
      "/sign-in": "http://127.0.0.1:8800",
      "/sign-out": "http://127.0.0.1:8800",
    },
  },
});
