/** What both servers are sent. Ids that a server gave stand in it as places: `{#3}` is the id that request 3 was answered. */
export interface Draft {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api`, with its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request of a sequence. */
export interface Step extends Draft {
  /** Its number, by which later ones refer to what it made; kept when others are left out. */
  readonly number: number;
  /** The operation of the grammar that it came from. */
  readonly operation: string;
}

export interface Answer {
  readonly status: number;
  /** The media type, without parameters. */
  readonly type: string;
  /** JSON as it was read, anything else as text. */
  readonly body: unknown;
}

/** A server that is asked. */
export interface Subject {
  readonly name: string;
  /** With `/api`. */
  readonly apiUrl: string;
}

const place = /\{#(\d+)((?:\.\w+)*)\}/g;

/** What one server answered to the requests of a sequence, by their numbers. */
export type Answers = ReadonlyMap<number, Answer>;

/** The numbers of the requests whose answers this one needs. */
export function needsOf({ path, body }: Draft): readonly number[] {
  const text = `${path} ${JSON.stringify(body) ?? ""}`;
  return [...text.matchAll(place)].map(([, number]) => Number(number));
}

const answerSeconds = 30;

const maxTries = 8;
const busyMillis = 150;

/** Sends a request with the ids that this server gave before, again where it is too busy: Prefect's on SQLite is at times. */
export async function send(subject: Subject, draft: Draft, before: Answers): Promise<Answer> {
  let answer = await sendOnce(subject, draft, before);
  for (let tries = 1; answer.status === 503 && tries < maxTries; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, busyMillis * tries));
    answer = await sendOnce(subject, draft, before);
  }
  return answer;
}

/** Each on a connection of its own: a server may give an idle one up at the moment at which it is used again. */
async function sendOnce({ name, apiUrl }: Subject, draft: Draft, before: Answers): Promise<Answer> {
  const body = draft.body === undefined ? undefined : JSON.stringify(filled(draft.body, before));
  const response = await fetch(apiUrl + encodeURI(fill(draft.path, before)).replaceAll("%25", "%"), {
    method: draft.method,
    headers: {
      connection: "close",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...draft.headers,
    },
    ...(body === undefined ? {} : { body }),
    redirect: "manual",
    signal: AbortSignal.timeout(answerSeconds * 1000),
  }).catch((cause: unknown) => {
    throw new Error(`${name} did not answer ${draft.method} ${draft.path}`, { cause });
  });
  const text = await response.text();
  const type = (response.headers.get("content-type") ?? "").replace(/;.*/, "");
  return { status: response.status, type, body: type === "application/json" ? parsed(text) : text };
}

function filled(value: unknown, before: Answers): unknown {
  if (typeof value === "string") return fill(value, before);
  if (Array.isArray(value)) return value.map((item) => filled(item, before));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, before)]));
}

function fill(text: string, before: Answers): string {
  return text.replace(place, (whole, number, trail: string) => {
    const names = trail === "" ? ["id"] : trail.slice(1).split(".");
    const found = names.reduce<unknown>(
      (value, name) => (value as Record<string, unknown> | null | undefined)?.[name],
      before.get(Number(number))?.body,
    );
    return typeof found === "string" ? found : whole;
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
