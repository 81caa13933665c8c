/** A request for both servers. Ids from answers are placeholders: `{#3}` is the id in the answer to request 3. */
export interface Draft {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The path below `/api`, with its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request of a sequence. */
export interface Step extends Draft {
  /** Its number, by which later requests refer to its object; it stays when others are left out. */
  readonly number: number;
  /** The operation of the grammar. */
  readonly operation: string;
}

export interface Answer {
  readonly status: number;
  /** The media type, without parameters. */
  readonly type: string;
  /** Parsed JSON, or text. */
  readonly body: unknown;
}

/** A server under comparison. */
export interface Subject {
  readonly name: string;
  /** The address, with `/api`. */
  readonly apiUrl: string;
}

const place = /\{#(\d+)((?:\.\w+)*)\}/g;

/** The answers of one server to the requests of a sequence, by their numbers. */
export type Answers = ReadonlyMap<number, Answer>;

/** The numbers of the requests on whose answers this one depends. */
export function needsOf({ path, body }: Draft): readonly number[] {
  const text = `${path} ${JSON.stringify(body) ?? ""}`;
  return [...text.matchAll(place)].map(([, number]) => Number(number));
}

const answerSeconds = 30;

const maxTries = 8;
const busyMillis = 150;

/** Sends a request with this server's ids, and repeats it while the server is too busy, as Prefect's on SQLite may be. */
export async function send(subject: Subject, draft: Draft, before: Answers): Promise<Answer> {
  let answer = await sendOnce(subject, draft, before);
  for (let tries = 1; answer.status === 503 && tries < maxTries; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, busyMillis * tries));
    answer = await sendOnce(subject, draft, before);
  }
  return answer;
}

/** Uses a new connection each time, because a server may close an idle one at the moment of its reuse. */
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
