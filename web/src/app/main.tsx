// Entry of the console.

import "./fonts.css";
import "./mantine.css";
import "./theme.css";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient, setRequestLanguage } from "../api/client.ts";
import { i18next } from "../i18n/setup.ts";
import { App } from "./App.tsx";
import { cssVariables, theme } from "./theme.ts";

// The policy of the page lets a <style> in only with this answer's nonce.
const nonce = document.querySelector('meta[name="csp-nonce"]')?.getAttribute("content") ?? "";
setNonce(nonce);
setRequestLanguage(i18next.language);
i18next.on("languageChanged", setRequestLanguage);

const schemes = localStorageColorSchemeManager({ key: "lgsp-theme" });
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        colorSchemeManager={schemes}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce}
      >
        <QueryClientProvider client={queryClient}>
          <App />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
