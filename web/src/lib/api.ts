/** Talks to the server: typed JSON, errors as {@link ApiError}, and reading one's own writes. */
import { parse, written } from "./format";

export type FieldErrors = Record<string, string>;

/** An answer that is no success, or no answer at all (`status` 0, `code` "offline"). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: FieldErrors = {},
  ) {
    super(message);
    this.name = "ApiError";
  }
}

interface Problem {
  title?: string;
  code?: string;
  detail?: string;
  errors?: FieldErrors;
}

/** The part of a list that one request answers; `next` is the cursor of the following part. */
export interface Page<T> {
  items: T[];
  next?: string;
}

export type Query = Record<string, string | number | undefined>;

interface Options {
  query?: Query;
  signal?: AbortSignal;
  /** Waits until the answer has this position, for instance the one of a live document. */
  after?: string;
}

const OFFLINE = "Afterglow does not answer. Is the server still running?";

/** The furthest position on FACTS that this tab has written or heard of: each service has to have come to it. */
let position = 0;

let onUnauthenticated: () => void = () => {};

/** Calls `handler` whenever the server says that the session has ended. */
export function whenUnauthenticated(handler: () => void): void {
  onUnauthenticated = handler;
}

export const api = {
  get: <T>(path: string, options?: Options) => send<T>("GET", path, undefined, options),
  post: <T>(path: string, body: unknown = {}, options?: Options) => send<T>("POST", path, body, options),
  patch: <T>(path: string, body: unknown, options?: Options) => send<T>("PATCH", path, body, options),
  delete: (path: string, options?: Options) => send<void>("DELETE", path, undefined, options),
};

/** Reads a list to its end, page by page. */
export async function all<T>(path: string, options: Options = {}): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.get<Page<T>>(path, { ...options, query: { ...options.query, limit: 200, cursor } });
    items.push(...page.items);
    cursor = page.next || undefined;
  } while (cursor);
  return items;
}

async function send<T>(method: string, path: string, body: unknown, options: Options = {}): Promise<T> {
  const headers = new Headers({ Accept: "application/json" });
  if (method !== "GET") headers.set("Content-Type", "application/json");
  const seq = Math.max(position, sequence(options.after));
  if (seq > 0) headers.set("Afterglow-Min-Position", `FACTS/${seq}`);

  let response: Response;
  try {
    response = await fetch(path + queryString(options.query), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: options.signal,
      credentials: "same-origin",
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, "offline", OFFLINE);
  }

  heardOf(response.headers.get("Afterglow-Position"));
  if (!response.ok) throw await failure(response, path);
  if (response.status === 204) return undefined as T;
  return parse<T>(await response.text());
}

/** Turns filters into `?a=b`, leaving out what is empty. */
export function queryString(query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text && `?${text}`;
}

/** From now on what is read is no older than this position. */
export function heardOf(told: string | null | undefined): void {
  position = Math.max(position, sequence(told));
}

/** The sequence of a position on FACTS; 0 for any other. */
function sequence(text: string | null | undefined): number {
  return Number(/^FACTS\/(\d+)$/.exec(text ?? "")?.[1] ?? 0);
}

async function failure(response: Response, path: string): Promise<ApiError> {
  const problem = await readProblem(response);
  if (response.status === 401 && !path.startsWith("/api/sessions")) onUnauthenticated();
  const fields = Object.fromEntries(Object.entries(problem.errors ?? {}).map(([name, text]) => [name, written(text)]));
  const detail = Object.values(fields).join(" ") || problem.detail || problem.title;
  return new ApiError(
    response.status,
    problem.code ?? "internal",
    detail || (response.status >= 502 ? OFFLINE : `The server answered ${response.status}.`),
    fields,
  );
}

async function readProblem(response: Response): Promise<Problem> {
  if (!response.headers.get("Content-Type")?.includes("json")) return {};
  return (await response.json().catch(() => ({}))) as Problem;
}

/** Whether an error says that there is no such thing. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** A sentence for people out of anything that was thrown. */
export function sentence(error: unknown): string {
  return written(error instanceof Error && error.message ? error.message : "Something went wrong");
}
