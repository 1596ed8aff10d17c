import { expect, test } from "vitest";
import { parse, visible, written } from "./format";

test.each([
  ["there is no stream nope", "There is no stream nope."],
  ["its stored file is missing. Upload the file again.", "Its stored file is missing. Upload the file again."],
  ["clip.probed is not known", "clip.probed is not known."],
  ["Choose another one!", "Choose another one!"],
  ["", ""],
])("%j is written as %j", (said, text) => expect(written(said)).toBe(text));

test("a name cannot turn its direction, however it is written in JSON", () => {
  expect(visible("evil\u202egpj.exe")).toBe("evil⟨U+202E⟩gpj.exe");
  const shown = { title: "a⟨U+2066⟩b", list: ["⟨U+202A⟩"], at: 1 };
  expect(parse('{"title":"a\u2066b","list":["\u202a"],"at":1}')).toEqual(shown);
  expect(parse('{"title":"a\\u2066b","list":["\\u202A"],"at":1}')).toEqual(shown);
  expect(parse('{"title":"שלום"}')).toEqual({ title: "שלום" });
});
