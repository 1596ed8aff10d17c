import { readdirSync } from "node:fs";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const features = readdirSync(new URL("src/features", import.meta.url));

/** A feature stands alone: what two of them need lives in lib, and the router puts them together. */
const alone = features.map((feature) => ({
  files: [`src/features/${feature}/**/*.{ts,tsx}`],
  rules: {
    "no-restricted-imports": ["error", {
      patterns: [{
        regex: `features/(?!${feature}/)|\\.\\./(?:\\.\\./)*(?:${features.filter((f) => f !== feature).join("|")})/`,
        message: "features never import each other: move the shared part to lib",
      }],
    }],
  },
}));

export default tseslint.config(
  { ignores: ["node_modules", "src/gen"] },
  ...tseslint.configs.recommended,
  hooks.configs.flat["recommended-latest"],
  {
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "react-hooks/incompatible-library": "off",
    },
  },
  {
    files: ["src/lib/**/*.{ts,tsx}"],
    rules: {
      "no-restricted-imports": ["error", {
        patterns: [{ regex: "features/", message: "lib knows no feature" }],
      }],
    },
  },
  ...alone,
);
