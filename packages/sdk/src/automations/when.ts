import type { Duration, StateName } from "@ostinato/core";
import type { TriggerInput } from "@ostinato/protocol";
import type { NamedFlow } from "./named-flow.ts";

/** A pattern for a label of a resource, or several of which one has to fit. `*` stands for any characters, `!` at the beginning turns it round. */
export type LabelPattern = string | readonly string[];
export type LabelPatterns = Readonly<Record<string, LabelPattern>>;

/** How many events, and in which time. */
interface Counting {
  /** How many events fire it. 1 by default. */
  readonly times?: number;
  /** In which time. It then fires at most once in that time. */
  readonly within?: Duration;
  /** Labels by whose values it counts apart: `["prefect.resource.id"]`. */
  readonly forEach?: readonly string[];
}

/** How long something has to be missing. */
interface Missing {
  /** How long, at least 10 s. */
  readonly within: Duration;
  /** How many are expected in that time. 1 by default. */
  readonly times?: number;
  readonly forEach?: readonly string[];
}

/** Which runs: those of a flow, of a deployment, or with tags; all runs without any of them. */
interface Runs {
  /** A flow, or its name. */
  readonly flow?: NamedFlow | string;
  /** `"flow/deployment"`. */
  readonly deployment?: string;
  /** Runs with this tag. */
  readonly tag?: string;
}

/** A state by its name, or one with a name of your own: `{ name: "Lost" }`. */
export type NamedState = StateName | { readonly name: string };
type States = NamedState | readonly NamedState[];

/** A flow run comes into a state: `{ flow: train, state: "Failed" }`. */
export interface RunState extends Runs, Counting {
  readonly state: States;
}

/**
 * No flow run comes into a state: `{ flow: train, noState: "Completed", within: "1d" }`. With `after` each run is watched by itself, from that state on:
 * `{ flow: train, after: "Running", noState: ["Completed", "Failed"], within: "1h" }`.
 */
export interface NoRunState extends Runs, Missing {
  readonly noState: States;
  readonly after?: States;
}

/** Beyond which value a figure has to be: below or above it, or from it on. */
type Beyond<Value> =
  | { readonly below: Value; readonly atMost?: never; readonly above?: never; readonly atLeast?: never }
  | { readonly below?: never; readonly atMost: Value; readonly above?: never; readonly atLeast?: never }
  | { readonly below?: never; readonly atMost?: never; readonly above: Value; readonly atLeast?: never }
  | { readonly below?: never; readonly atMost?: never; readonly above?: never; readonly atLeast: Value };

interface Measured extends Runs {
  /** The runs of how long before are measured. At least 5 minutes, which is the default. */
  readonly over?: Duration;
  /** How long the figure has to be beyond the value. At least 5 minutes, which is the default. */
  readonly lasting?: Duration;
}

/** The part of the runs that ended which completed, from 0 to 1, or in percent where the value is more than 1. */
type SuccessRate = Measured & { readonly metric: "successes" } & Beyond<number>;
/** How long runs took that ended, or how long after their time they began, on the average. */
type MeanTime = Measured & { readonly metric: "duration" | "lateness" } & Beyond<Duration>;

/**
 * A figure of flow runs goes beyond a value, and resolves when it comes back: `{ metric: "successes", flow: train, below: 0.9, over: "1d" }`,
 * `{ metric: "duration", deployment: "train/nightly", above: "30m", over: "6h" }`.
 */
export type RunMetric = SuccessRate | MeanTime;

/** Which events. */
interface Events {
  /** The resource that they are about: its id, with `*` for any characters, or patterns for its labels. */
  readonly resource?: string | LabelPatterns;
  /** A related resource, or several that all have to be there. */
  readonly related?: string | LabelPatterns | readonly (string | LabelPatterns)[];
}

/** Events come: `{ event: "order.paid" }`. A name may have a `*`. */
export interface EventSeen extends Events, Counting {
  readonly event: string | readonly string[];
  /** Only events after one of these count. */
  readonly after?: string | readonly string[];
}

/** Events do not come: `{ noEvent: "order.paid", within: "1h" }`. */
export interface NoEvent extends Events, Missing {
  readonly noEvent: string | readonly string[];
  /** The time runs from each of these events, instead of all the time. */
  readonly after?: string | readonly string[];
}

/** A work pool comes to have workers, or to have none, or is paused. */
export interface WorkPoolStatus extends Counting {
  readonly workPool: string;
  readonly status: "ready" | "not-ready" | "paused";
}

interface Composite {
  /** The time in which they have to happen. Without a limit by default. */
  readonly within?: Duration;
}

/** All of them happen: `{ all: [{ event: "a" }, { event: "b" }], within: "1h" }`. */
export interface AllOf extends Composite {
  readonly all: readonly When[];
}

/** Any of them happens. */
export interface AnyOf extends Composite {
  readonly any: readonly When[];
}

/** At least so many of them happen: `{ atLeast: 2, of: […] }`. */
export interface SomeOf extends Composite {
  readonly atLeast: number;
  readonly of: readonly When[];
}

/** They happen in this order. */
export interface Sequence extends Composite {
  readonly sequence: readonly When[];
}

/** A trigger as the API has it, for whatever has no form of its own. */
export interface WireTrigger {
  readonly trigger: TriggerInput;
}

/** What an automation waits for. */
export type When =
  | RunState
  | NoRunState
  | EventSeen
  | NoEvent
  | WorkPoolStatus
  | RunMetric
  | AllOf
  | AnyOf
  | SomeOf
  | Sequence
  | WireTrigger;
