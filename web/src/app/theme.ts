// Mantine's theme: one accent, neutral greys, base size 14.
//
// Owns: values that Mantine's components read. Tokens of our own are in `theme.css`.
// Invariant: text on every surface reaches 4.5:1 in both schemes; the end-to-end tests check it.

import {
  type CSSVariablesResolver,
  createTheme,
  Input,
  type MantineColorsTuple,
  Tooltip,
} from "@mantine/core";

const accent: MantineColorsTuple = [
  "#eef4fb",
  "#dbe7f6",
  "#b9d1ee",
  "#8fb6e3",
  "#6a9ad6",
  "#467fc4",
  "#2b66b1",
  "#235596",
  "#1c457b",
  "#153560",
];
const gray: MantineColorsTuple = [
  "#f6f8fa",
  "#eef1f4",
  "#e2e7ec",
  "#cfd6dd",
  "#b3bcc6",
  "#8a949f",
  "#67727e",
  "#4d5865",
  "#313b47",
  "#1b2430",
];
const dark: MantineColorsTuple = [
  "#e3e8ee",
  "#c3ccd6",
  "#a7b2bf",
  "#8592a0",
  "#6b7785",
  "#333c47",
  "#232a32",
  "#1b2128",
  "#14191e",
  "#0f1317",
];
const red: MantineColorsTuple = [
  "#fdecea",
  "#f9d3cf",
  "#f2aaa3",
  "#ea8178",
  "#e05c51",
  "#cc4036",
  "#b3261e",
  "#98201a",
  "#7d1a15",
  "#621410",
];

/** A choice is explained before its options. */
const EXPLAINED_FIRST = ["label", "description", "input", "error"];

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: { light: 6, dark: 6 },
  colors: { accent, gray, dark, red },
  black: "#1b2430",
  fontFamily: '"Be Vietnam Pro", "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace:
    '"Cascadia Mono", Consolas, "DejaVu Sans Mono", "Noto Sans Mono", ui-monospace, monospace',
  fontSizes: { xs: "12px", sm: "14px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "1.5", sm: "1.5", md: "1.5", lg: "1.5", xl: "1.5" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  radius: { xs: "3px", sm: "5px", md: "8px", lg: "12px", xl: "16px" },
  defaultRadius: "sm",
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "22px", lineHeight: "1.5" },
      h2: { fontSize: "16px", lineHeight: "1.5" },
      h3: { fontSize: "14px", lineHeight: "1.5" },
    },
  },
  respectReducedMotion: true,
  components: {
    // Explanations stand below, so that the fields of a row stand on one line.
    InputWrapper: Input.Wrapper.extend({
      defaultProps: { inputWrapperOrder: ["label", "input", "description", "error"] },
    }),
    RadioGroup: { defaultProps: { inputWrapperOrder: EXPLAINED_FIRST } },
    CheckboxGroup: { defaultProps: { inputWrapperOrder: EXPLAINED_FIRST } },
    Tooltip: Tooltip.extend({
      defaultProps: { withArrow: true, openDelay: 300, transitionProps: { duration: 100 } },
    }),
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#55606c",
    "--mantine-color-placeholder": "#67727e",
    "--mantine-color-error": "#b3261e",
    "--mantine-color-default-border": "#8a949f",
    "--mantine-color-anchor": "#235596",
  },
  dark: {
    "--mantine-color-dimmed": "#a7b2bf",
    "--mantine-color-placeholder": "#8f9baa",
    "--mantine-color-error": "#ff9c92",
    "--mantine-color-default-border": "#6b7785",
    "--mantine-color-anchor": "#8fb6e3",
  },
});
