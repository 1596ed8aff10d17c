import { createTheme, defaultVariantColorsResolver, type CSSVariablesResolver } from "@mantine/core";

/** A see-through shade of a colour variable. */
function tint(variable: string, percent: number): string {
  return `color-mix(in srgb, var(${variable}) ${percent}%, transparent)`;
}

/** The look: warm ink and paper, one ember accent. The font comes with the app; other scripts are the system's. */
export const theme = createTheme({
  primaryColor: "ember",
  primaryShade: { light: 7, dark: 4 },
  // Text on the accent is dark on the light ember of the dark theme, and white on the deep one.
  variantColorResolver: (input) => {
    const colours = defaultVariantColorsResolver(input);
    const accent = input.color === undefined || input.color === "ember";
    if (input.variant === "filled" && accent) return { ...colours, color: "var(--on-ember)" };
    if (input.variant === "light" && accent) {
      return { ...colours, background: tint("--ember-text", 13), hover: tint("--ember-text", 20), color: "var(--ember-text)" };
    }
    if (input.variant === "subtle" && input.color === "gray") {
      return { ...colours, hover: tint("--mantine-color-dimmed", 13), color: "var(--mantine-color-dimmed)" };
    }
    return colours;
  },
  black: "#241e1c",
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily:
    '"Geist Variable", ui-sans-serif, system-ui, -apple-system, "Segoe UI Variable Text", "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: {
    fontWeight: "650",
    sizes: {
      h1: { fontSize: "1.75rem", lineHeight: "1.2" },
      h2: { fontSize: "1.25rem", lineHeight: "1.3" },
      h3: { fontSize: "1rem", lineHeight: "1.4" },
    },
  },
  colors: {
    ember: ["#fff3ea", "#ffe3cf", "#ffc49e", "#ffa671", "#ff8f54", "#fb7440", "#e05a2b", "#b8451c", "#943716", "#702a12"],
    dark: ["#f2edef", "#d8d0d5", "#b3a8b0", "#8d828c", "#40374a", "#302937", "#221c28", "#151118", "#0f0c12", "#0a080c"],
    gray: ["#faf7f5", "#f3eeeb", "#e9e2de", "#dad1cc", "#bdb2ac", "#988c86", "#6a5f5a", "#544a46", "#3b3330", "#241e1c"],
  },
  components: {
    Button: { styles: { label: { fontWeight: 550 } } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.6, blur: 3 } } },
    Menu: { defaultProps: { shadow: "lg", radius: "md" } },
  },
});

/** Colours beyond Mantine's own, named for what they are used for. */
export const variables: CSSVariablesResolver = () => ({
  variables: {
    "--glow": "linear-gradient(100deg, #ffb454, #ff7a50 52%, #f0527e)",
  },
  dark: {
    "--surface": "#1c1721",
    "--surface-raised": "#251f2b",
    "--line": "#332b3a",
    "--ember-text": "#ffa671",
    "--on-ember": "#1f1109",
    "--good": "#6fd3a3",
    "--warn": "#f2c166",
    "--bad": "#ff8f9c",
    "--mantine-color-error": "#ff8f9c",
    "--mantine-color-placeholder": "#9a8f99",
    "--mantine-color-dimmed": "#b3a8b0",
  },
  light: {
    "--surface": "#ffffff",
    "--surface-raised": "#ffffff",
    "--line": "#e6ddd8",
    "--ember-text": "#a63c15",
    "--on-ember": "#ffffff",
    "--good": "#1d7047",
    "--warn": "#855600",
    "--bad": "#b3223c",
    "--mantine-color-error": "#b3223c",
    "--mantine-color-body": "#faf7f4",
    "--mantine-color-placeholder": "#746963",
    "--mantine-color-dimmed": "#6a5f5a",
  },
});
