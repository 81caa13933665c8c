import type { MessagePort } from "node:worker_threads";
import type { TransportRequest, TransportResponse } from "@ostinato/client";
import { isPlainObject } from "@ostinato/core";
import type { LogCreate, ServerInfo } from "@ostinato/protocol";
import { Secret } from "./secret.ts";

/** What a worker thread is asked to run, and what it needs to know of the run. Everything here is copied between threads. */
export interface ThreadJob {
  /** The module that makes the task when it is loaded. */
  readonly module: string;
  readonly taskKey: string;
  readonly args: readonly unknown[];
  readonly port: MessagePort;
  readonly baseUrl: string;
  readonly uiUrl: string | undefined;
  readonly server: ServerInfo | undefined;
  readonly logPrints: boolean;
  readonly flowRun: ThreadFlowRun | undefined;
  readonly taskRun: ThreadTaskRun;
}

interface ThreadFlowRun {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly tags: readonly string[];
  readonly flowName: string;
  readonly parameters: unknown;
}

interface ThreadTaskRun {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly tags: readonly string[];
  readonly taskName: string;
  readonly inputs: ReadonlyMap<string, unknown>;
}

/** What the thread says while it works. Requests to the server go through the main thread, which may be the server. */
export type FromThread =
  | { readonly type: "log"; readonly line: LogCreate }
  | { readonly type: "request"; readonly number: number; readonly request: Omit<TransportRequest, "signal"> };

export type ToThread =
  | { readonly type: "abort"; readonly error: ThreadError }
  | { readonly type: "response"; readonly number: number; readonly response: TransportResponse }
  | { readonly type: "no-response"; readonly number: number; readonly message: string };

/** How the function ended. Errors travel written down: copying them would lose their names. */
export type ThreadOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ThreadError };

export interface ThreadError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

export function packError({ name, message, stack }: Error): ThreadError {
  return { name, message, stack };
}

export function unpackError({ name, message, stack }: ThreadError): Error {
  const error = new Error(message);
  Object.defineProperties(error, {
    name: { value: name, configurable: true, writable: true },
    stack: { value: stack, configurable: true, writable: true },
  });
  return error;
}

const packedSecret = "ostinato.secret";

/** Secrets between threads: copying would leave empty objects of them. Looks into arrays and plain objects. */
export function packSecrets(value: unknown): unknown {
  return mapInside(value, (inner) => (inner instanceof Secret ? { [packedSecret]: [inner.peek()] } : undefined));
}

export function unpackSecrets(value: unknown): unknown {
  return mapInside(value, (inner) => {
    const packed = isPlainObject(inner) ? inner[packedSecret] : undefined;
    return Array.isArray(packed) ? new Secret<unknown>(packed[0]) : undefined;
  });
}

function mapInside(value: unknown, replace: (inner: unknown) => unknown, depth = 0): unknown {
  const replaced = replace(value);
  if (replaced !== undefined) return replaced;
  if (depth > 8) return value;
  if (Array.isArray(value)) {
    // An array of numbers or of texts is data: it is not worth a copy.
    if (value.every((item) => typeof item !== "object")) return value;
    return value.map((item) => mapInside(item, replace, depth + 1));
  }
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapInside(item, replace, depth + 1)]));
}
