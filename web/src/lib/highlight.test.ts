import { expect, test } from "vitest";
import { wordsOf } from "./highlight";

test.each([
  ["Boss fight", ["boss", "fight"]], ['"boss fight" win', ["boss fight", "win"]], ["boss -cheese", ["boss"]], ["boss or dragon", ["boss", "dragon"]],
  ['"open end', ["open end"]], ['-"not this"', []], ["", []],
])("%s shows as %j", (q, words) => expect(wordsOf(q)).toEqual(words));
