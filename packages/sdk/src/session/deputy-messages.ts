import type { EventCreate, StateCreate } from "@ostinato/protocol";

/** Where the deputy finds the server: at an address, or on the database of a server inside this process. */
export interface DeputyConnection {
  readonly baseUrl: string;
  readonly auth: string | undefined;
  readonly inProcess: boolean;
}

/** The sign of life of a run, without the moment, and how often to give it. */
export interface Sign {
  readonly runId: string;
  readonly seconds: number;
  readonly event: Omit<EventCreate, "id" | "occurred">;
}

/** What a process that ends has not told the server. */
export interface FinalReport {
  /** JSON texts of log lines and of events that the server has not acknowledged. */
  readonly logs: readonly string[];
  readonly events: readonly string[];
  /** The runs that end with the process, subflows before what called them. */
  readonly ends: readonly { readonly flowRunId: string; readonly state: StateCreate }[];
}

export type ToDeputy =
  | { readonly type: "sign"; readonly sign: Sign }
  | { readonly type: "silence"; readonly runId: string }
  | { readonly type: "final-report"; readonly report: FinalReport; readonly reported: Int32Array<SharedArrayBuffer> };
