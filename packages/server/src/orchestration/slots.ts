import type { ConcurrencyOptions } from "@ostinato/protocol";

/** The limit of a deployment's runs, as one of them finds it. */
export interface DeploymentSlots {
  readonly limitId: string;
  readonly maxSlots: number;
  /** Below 0 where the limit was lowered. */
  readonly free: number;
  /** The lease by which the run itself holds a slot, or for which one is kept. */
  readonly held: string | null;
  readonly strategy: ConcurrencyOptions["collision_strategy"];
  /** How long a slot is held without a sign of life. */
  readonly graceSeconds: number;
}

/** The client that proposes a state. */
export interface ProposingClient {
  /** Whether it renews its leases. One that does not holds its slot for as long as it runs. */
  readonly renewsLeases: boolean;
  /** Some versions of Prefect's worker took the slots themselves. */
  readonly takesSlots: boolean;
}

/** The slots of a limit that a run needs beside that of its deployment. */
export interface PlaceSlots {
  readonly what: "work pool" | "work queue";
  readonly name: string;
  readonly limit: number;
  readonly taken: number;
}
