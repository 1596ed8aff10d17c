/**
 * The fact of an event in one line: `label: Hello · at: 2`. Lists and objects are left for the payload, and so
 * is what the event says elsewhere: the id of what it is about.
 */
export function summary(data: unknown, about: string): string {
  if (typeof data !== "object" || data === null) return "";
  return Object.entries(data)
    .filter(([, value]) => value !== "" && value !== null && value !== about && typeof value !== "object")
    .map(([name, value]) => `${name}: ${ID.test(String(value)) ? short(String(value)) : String(value).slice(0, 120)}`)
    .join(" · ");
}

const ID = /^[0-9A-Z]{26}$/;

/** Who did it, in few letters: "you", a reactor's name, or the end of an account's id. */
export function who(actor: string | undefined, me: string | undefined): string {
  if (!actor) return "";
  if (actor === me) return "you";
  return actor.startsWith("reactor:") ? actor.slice("reactor:".length) : short(actor);
}

/** The end of an id, which tells it from others at a glance. */
export function short(id: string): string {
  return id.length > 12 ? `…${id.slice(-6)}` : id;
}

const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** The day of `date`, unless it is the day of `now`. */
export function otherDay(date: Date, now: Date): string {
  return date.toDateString() === now.toDateString() ? "" : DAY.format(date);
}
