// Sets the colour scheme and language before the first paint, so that nothing flashes.
// A file of its own because the page's policy allows no inline script.
(() => {
  const root = document.documentElement;
  let scheme = "auto";
  let language = "vi";
  try {
    scheme = localStorage.getItem("lgsp-theme") || "auto";
    language = localStorage.getItem("lgsp-language") || "vi";
  } catch {
    // Storage can be forbidden by policy; the defaults hold.
  }
  if (scheme !== "light" && scheme !== "dark") {
    scheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  root.setAttribute("data-mantine-color-scheme", scheme);
  root.lang = language === "en" ? "en" : "vi";
})();
