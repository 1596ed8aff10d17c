import { expect, test } from "vitest";
import { contrast, nameColour } from "./colour";

test("every name can be read in both themes, whatever colour somebody chose", () => {
  for (const chosen of ["#0000ff", "#000000", "#ffffff", "#ffff00", "#1e90ff", "#8a2be2", "not one", undefined]) {
    const { dark, light } = nameColour(chosen, "somebody");
    expect(contrast(dark, "#1c1721")).toBeGreaterThanOrEqual(4.5);
    expect(contrast(light, "#ffffff")).toBeGreaterThanOrEqual(4.5);
  }
});

test("a colour that can be read stays, and who has none has always the same", () => {
  expect(nameColour("#FF7F50", "a").dark).toBe("#ff7f50");
  expect(nameColour(undefined, "a")).toEqual(nameColour("", "a"));
});
