import type { MessagePort } from "node:worker_threads";
import type { TransportRequest, TransportResponse } from "@ostinato/client";
import type { EventCreate, LogCreate, Resource, ServerInfo } from "@ostinato/protocol";
import type { DefinitionIdentity, Origin } from "../identity/definition-identity.ts";
import type { ThreadError } from "./thread-errors.ts";

/** The part of a task that a thread needs to run it. */
export interface ThreadTask {
  readonly name: string;
  readonly fn: (...args: never[]) => unknown;
  readonly origin: Origin;
  readonly identity: DefinitionIdentity;
  readonly options: { readonly retryIf?: unknown };
}

/** A job for a worker thread, with the necessary facts about the run. All of it is cloned between threads. */
export interface ThreadJob {
  /** The module whose loading makes the task. */
  readonly module: string;
  readonly taskKey: string;
  readonly args: readonly unknown[];
  readonly port: MessagePort;
  readonly baseUrl: string;
  readonly uiUrl: string | undefined;
  readonly server: ServerInfo | undefined;
  readonly logPrints: boolean;
  /** Secrets that were revealed so far. */
  readonly revealed: readonly string[];
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
  readonly scheduledTime: string | undefined;
  readonly deploymentId: string | undefined;
  readonly resources: readonly Resource[];
}

interface ThreadTaskRun {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly tags: readonly string[];
  readonly taskName: string;
  readonly inputs: ReadonlyMap<string, unknown>;
}

/** Messages from the thread while it works. Its requests go through the main thread, which may contain the server. */
export type FromThread =
  | { readonly type: "revealed"; readonly text: string }
  | { readonly type: "event"; readonly event: EventCreate }
  | { readonly type: "log"; readonly line: LogCreate }
  | { readonly type: "request"; readonly number: number; readonly request: Omit<TransportRequest, "signal"> };

export type ToThread =
  | { readonly type: "abort"; readonly error: ThreadError }
  | { readonly type: "response"; readonly number: number; readonly response: TransportResponse }
  | { readonly type: "no-response"; readonly number: number; readonly message: string };

/** How the function ended. Errors are serialized, because cloning would lose their names. */
export type ThreadOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ThreadError };
