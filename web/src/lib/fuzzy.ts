/** Finds what people mean by a few letters: every word has to occur, whole, or letter by letter in order. */

/** How well a text fits; `marks` are the places of the letters that were found, in ascending order. */
export interface Match {
  score: number;
  marks: number[];
}

/** Matches a query against a text; undefined when some word of it does not fit. An empty query fits all alike. */
export function match(query: string, text: string): Match | undefined {
  const lower = text.toLowerCase();
  const marks = new Set<number>();
  let score = 0;
  for (const word of query.toLowerCase().split(/\s+/).filter(Boolean)) {
    const found = whole(word, lower) ?? scattered(word, lower);
    if (!found) return undefined;
    score += found.score;
    for (const mark of found.marks) marks.add(mark);
  }
  return { score: score - text.length / 1000, marks: [...marks].sort((a, b) => a - b) };
}

/** The word as it is, best where a word of the text begins. */
function whole(word: string, text: string): Match | undefined {
  const first = text.indexOf(word);
  if (first < 0) return undefined;
  let at = first;
  while (at >= 0 && !begins(text, at)) at = text.indexOf(word, at + 1);
  const place = at < 0 ? first : at;
  return {
    score: word.length * (at < 0 ? 3 : 4) + (place === 0 ? 2 : 0),
    marks: Array.from(word, (_, i) => place + i),
  };
}

/** The letters of the word in their order, preferably where words of the text begin; not when they only happen to occur. */
function scattered(word: string, text: string): Match | undefined {
  const marks: number[] = [];
  let score = 0;
  let from = 0;
  for (const letter of word) {
    let at = text.indexOf(letter, from);
    if (at < 0) return undefined;
    if (at !== from || from === 0) {
      for (let next = at; next >= 0; next = text.indexOf(letter, next + 1)) {
        if (!begins(text, next) || !holds(word.slice(marks.length + 1), text, next + 1)) continue;
        at = next;
        break;
      }
    }
    score += begins(text, at) ? 2 : at === from && from > 0 ? 1 : 0;
    marks.push(at);
    from = at + 1;
  }
  return score < word.length ? undefined : { score, marks };
}

function begins(text: string, at: number): boolean {
  return at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]!);
}

/** Whether the letters follow in their order. */
function holds(letters: string, text: string, from: number): boolean {
  for (const letter of letters) {
    const at = text.indexOf(letter, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}
