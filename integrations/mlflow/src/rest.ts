import { setTimeout } from "node:timers/promises";
import { refused, unreachable } from "./explanation.ts";
import { MlflowError } from "./mlflow-error.ts";

/** Where an MLflow server is, and who asks it. */
export interface MlflowOptions {
  /** `http://mlflow:5000`; `MLFLOW_TRACKING_URI` unless given. */
  readonly url?: string | undefined;
  /** `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD` unless given. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** In place of a username: a token of a proxy or a hosted MLflow. `MLFLOW_TRACKING_TOKEN` unless given. */
  readonly token?: string | undefined;
  /** Where people see the pages, where that is another address than programs ask. */
  readonly pagesUrl?: string | undefined;
}

export interface Call {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** After `/api/2.0/mlflow/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Whether twice is the same as once, so that it is sent again after an answer got lost. GET is. */
  readonly isRepeatable?: boolean;
}

/** An MLflow server over HTTP. */
export interface Rest {
  /** Without a slash at the end. */
  readonly url: string;
  readonly pagesUrl: string;
  /** The JSON of the answer. Rejects with an {@link MlflowError} for another than 2xx. */
  call<T>(call: Call): Promise<T>;
  /** A request to a path of the server, for content that is no JSON. The caller looks at the status. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

const passingStatuses = new Set([429, 502, 503, 504]);
/** Before each further attempt of a request that may be sent again. */
const waitSeconds = [0.2, 1, 3] as const;
const maxAnswerSeconds = 120;

export function openRest(options: MlflowOptions): Rest {
  const url = addressOf(options.url ?? process.env.MLFLOW_TRACKING_URI);
  const headers = { "user-agent": "Ostinato", ...signIn(options) };
  const request = async (path: string, init: RequestInit = {}) => {
    const what = `${init.method ?? "GET"} ${path}`;
    try {
      return await fetch(`${url}/${path}`, {
        ...init,
        headers: { ...headers, ...(init.headers as Readonly<Record<string, string>> | undefined) },
      });
    } catch (error) {
      if (init.signal?.aborted && (error as Error).name === "AbortError") throw error;
      throw unreachable(what, url, error);
    }
  };
  return {
    url,
    pagesUrl: options.pagesUrl?.replace(/\/+$/, "") ?? url,
    fetch: request,
    async call<T>({ method, path, query = {}, body, isRepeatable = method === "GET" }: Call): Promise<T> {
      const search = new URLSearchParams(query).toString();
      const once = async () => {
        const response = await request(`api/2.0/mlflow/${path}${search === "" ? "" : `?${search}`}`, {
          method,
          signal: AbortSignal.timeout(maxAnswerSeconds * 1000),
          ...(body === undefined
            ? {}
            : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
        });
        const text = await response.text();
        if (!response.ok) throw refused(path, { url, status: response.status, text });
        return (text === "" ? {} : JSON.parse(text)) as T;
      };
      return await (isRepeatable ? patiently(once) : once());
    },
  };
}

/** Of MLflow itself: `3.17.2`. */
export async function versionOf({ fetch }: Rest): Promise<string> {
  return (await (await fetch("version")).text()).trim();
}

/** Servers restart, and proxies before them say so. */
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (const seconds of waitSeconds) {
    try {
      return await act();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await setTimeout(seconds * 1000);
    }
  }
  return await act();
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof MlflowError)) return false;
  return error.code === "MLFLOW_UNREACHABLE" || passingStatuses.has(error.status ?? 0);
}

function addressOf(given: string | undefined): string {
  if (given !== undefined && /^https?:\/\/[^/]/i.test(given) && URL.canParse(given)) return given.replace(/\/+$/, "");
  const advice = "give the address of an MLflow server, such as http://mlflow:5000, or set MLFLOW_TRACKING_URI";
  const problem = given === undefined || given === "" ? "tracking_uri is missing" : `tracking_uri is "${given}"`;
  throw new MlflowError(`${problem}: ${advice}`, { code: "MLFLOW_UNREACHABLE" });
}

function signIn({ username, password, token }: MlflowOptions): Readonly<Record<string, string>> {
  const { env } = process;
  const user = username ?? env.MLFLOW_TRACKING_USERNAME;
  const bearer = token ?? (username === undefined ? env.MLFLOW_TRACKING_TOKEN : undefined);
  if (bearer) return { authorization: `Bearer ${bearer}` };
  if (!user) return {};
  const pair = `${user}:${password ?? env.MLFLOW_TRACKING_PASSWORD ?? ""}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}
