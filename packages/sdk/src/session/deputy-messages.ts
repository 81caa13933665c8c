import type { EventCreate, StateCreate } from "@ostinato/protocol";

/** How the deputy reaches the server: at an address, or on the database of a server inside this process. */
export interface DeputyConnection {
  readonly baseUrl: string;
  readonly auth: string | undefined;
  readonly inProcess: boolean;
}

/** The heartbeat of a run, without its time, and its interval. */
export interface Sign {
  readonly runId: string;
  readonly seconds: number;
  readonly event: Omit<EventCreate, "id" | "occurred">;
}

/** Everything that an ending process has not told the server. */
export interface FinalReport {
  /** Log lines and events that the server has not acknowledged, as JSON texts. */
  readonly logs: readonly string[];
  readonly events: readonly string[];
  /** The runs that end with the process; subflows come before their callers. */
  readonly ends: readonly { readonly flowRunId: string; readonly state: StateCreate }[];
}

export type ToDeputy =
  | { readonly type: "sign"; readonly sign: Sign }
  | { readonly type: "silence"; readonly runId: string }
  | { readonly type: "final-report"; readonly report: FinalReport; readonly reported: Int32Array<SharedArrayBuffer> };
