import { type StateType, stateTypes, type Timestamp } from "@ostinato/core";
import type { Proposal, RunState } from "./state.ts";

/** A run that is asked to go from one state to another. */
export interface Transition<Run> {
  readonly run: Run;
  /** Null for a run that has no state yet. */
  readonly initial: RunState | null;
  readonly proposed: Proposal;
  readonly now: Timestamp;
}

/** A run that has gone into a state. */
export interface Arrival<Run> {
  readonly run: Run;
  readonly initial: RunState | null;
  readonly written: RunState;
}

/** Changes of the run, and what else is to be done in the same transaction, told as data. */
export interface Consequences<Run, Effect> {
  readonly run?: Partial<Run>;
  readonly effects?: readonly Effect[];
}

/**
 * What a rule says of a transition. One that accepts may change the proposal but not its type, and change the run before
 * the state is written or when it is. One that rejects gives the state that is written instead, or null for none.
 */
export type Decision<Run, Effect> =
  | {
      readonly kind: "accept";
      readonly proposed?: Proposal;
      readonly before?: Partial<Run>;
      readonly after?: (arrival: Arrival<Run>) => Consequences<Run, Effect>;
    }
  | {
      readonly kind: "reject";
      readonly state: Proposal | null;
      readonly reason: string;
      readonly before?: Partial<Run>;
    }
  | { readonly kind: "wait"; readonly delaySeconds: number; readonly reason: string }
  | { readonly kind: "abort"; readonly reason: string };

/** `null` stands for a run without a state. */
export type FromType = StateType | null;

/**
 * A rule of orchestration. `Facts` are what some rules need beyond the run itself; a rule names those it needs, and the
 * engine loads them, in the same transaction, only when it gets there.
 */
export interface Rule<Run, Facts, Effect> {
  readonly name: string;
  readonly from: readonly FromType[];
  /** Types of the state that was proposed at first. */
  readonly to: readonly StateType[];
  readonly needs?: readonly (keyof Facts)[];
  readonly decide: (transition: Transition<Run>, facts: Facts) => Decision<Run, Effect>;
}

/** What follows whenever a state is written, whatever the rules made of the proposal. */
export interface Follower<Run, Facts, Effect> {
  readonly name: string;
  readonly from: readonly FromType[];
  /** Types of the state that was written. */
  readonly to: readonly StateType[];
  readonly needs?: readonly (keyof Facts)[];
  readonly follow: (arrival: Arrival<Run>, facts: Facts) => Consequences<Run, Effect>;
}

export interface Policy<Run, Facts, Effect> {
  /** In the order in which they are asked. */
  readonly rules: readonly Rule<Run, Facts, Effect>[];
  readonly followers: readonly Follower<Run, Facts, Effect>[];
}

export const anyType: readonly StateType[] = stateTypes;
export const anyOrNone: readonly FromType[] = [null, ...stateTypes];

export const accept = { kind: "accept" } as const;

export function abort(reason: string) {
  return { kind: "abort", reason } as const;
}

/** The run stays in the state that it is in. */
export function refuse(reason: string) {
  return { kind: "reject", state: null, reason } as const;
}
