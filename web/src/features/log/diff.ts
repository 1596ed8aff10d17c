/** What is different between two JSON values, as people would tell it. */
export interface Change {
  /** Where it is: the names on the way there; an element of a list by its id, or else its place. */
  path: string[];
  kind: "added" | "removed" | "changed";
  before?: unknown;
  after?: unknown;
}

/** Compares two JSON values. Elements of lists that all have an id are told apart by it, and may move. */
export function diff(before: unknown, after: unknown, path: string[] = []): Change[] {
  if (Object.is(before, after)) return [];
  const was = parts(before);
  const is = parts(after);
  if (!was || !is || Array.isArray(before) !== Array.isArray(after)) {
    if (before === undefined) return [{ path, kind: "added", after }];
    if (after === undefined) return [{ path, kind: "removed", before }];
    return [{ path, kind: "changed", before, after }];
  }
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((name) => diff(was.get(name), is.get(name), [...path, name]));
}

/** The members of an object, or the elements of a list; undefined for anything else. */
function parts(value: unknown): Map<string, unknown> | undefined {
  if (Array.isArray(value)) {
    const ids = value.map(idOf);
    const named = ids.every((id) => id !== undefined) && new Set(ids).size === ids.length;
    return new Map(value.map((element, at) => [named ? ids[at]! : String(at), element]));
  }
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
}

function idOf(value: unknown): string | undefined {
  const id = typeof value === "object" && value !== null ? (value as { id?: unknown }).id : undefined;
  return typeof id === "string" ? id : undefined;
}

/** All ids in a JSON value, each once, in their order. */
export function idsIn(value: unknown): string[] {
  const found = new Set<string>();
  const look = (part: unknown) => {
    if (typeof part !== "object" || part === null) return;
    const id = idOf(part);
    if (id) found.add(id);
    for (const member of Object.values(part)) look(member);
  };
  look(value);
  return [...found];
}
