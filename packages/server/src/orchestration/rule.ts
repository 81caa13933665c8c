import { type StateType, stateTypes, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { Proposal, RunState } from "./state.ts";

/** A run that is asked to go from one state to another. */
export interface Transition<Run> extends Chance {
  readonly run: Run;
  /** Null for a run that has no state yet. */
  readonly initial: RunState | null;
  readonly proposed: Proposal;
  readonly now: Timestamp;
}

/** Random values come with the transition, so that equal transitions are decided equally and tests compare values. */
export interface Chance {
  /** An id that sorts by this time. */
  readonly newId: (at: Timestamp) => string;
  /** Returns a number from 0 up to, but not including, 1. */
  readonly random: () => number;
}

export const chance: Chance = { newId: timeOrderedId, random: Math.random };

/** A run that has gone into a state. */
export interface Arrival<Run> {
  readonly run: Run;
  readonly initial: RunState | null;
  readonly written: RunState;
  /** REJECT where a rule gave another state than the proposed one. */
  readonly status: "ACCEPT" | "REJECT";
}

/** An effect of a table: an object with its `kind` and the table's fields for it. */
export type EffectOf<Effects, Kind extends keyof Effects = keyof Effects> = {
  [K in Kind]: { readonly kind: K } & Effects[K];
}[Kind];

/** Changes of the run, and effects to carry out in the same transaction, as data. */
export interface Consequences<Run, Effect> {
  readonly run?: Partial<Run>;
  readonly effects?: readonly Effect[];
}

/**
 * A rule's decision on a transition. Accepting, it may change the proposal but not its type, and change the run before the state
 * is written or with it. Rejecting, it gives the state to write instead, or null for none.
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
 * A rule of orchestration. `Facts` are what some rules need beyond the run itself. A rule sees only the facts whose names it
 * lists in `needs`; the engine loads them in the same transaction, and only when the rule is asked.
 */
export interface Rule<Run, Facts, Effect, Need extends keyof Facts = never> {
  readonly name: string;
  readonly from: readonly FromType[];
  /** Types of the state that was proposed at first. */
  readonly to: readonly StateType[];
  /** Further conditions, checked before facts are loaded. */
  readonly when?: (transition: Transition<Run>) => boolean;
  readonly needs?: readonly Need[];
  readonly decide: (transition: Transition<Run>, facts: Pick<Facts, Need>) => Decision<Run, Effect>;
}

/**
 * Runs whenever a state is written, however the rules changed the proposal. A follower whose `from` is without its `to` runs when
 * a run leaves a state: it releases resources that a run has only while it is in one.
 */
export interface Follower<Run, Facts, Effect, Need extends keyof Facts = never> {
  readonly name: string;
  readonly from: readonly FromType[];
  /** Types of the state that was written. */
  readonly to: readonly StateType[];
  /** Further conditions, checked before facts are loaded. */
  readonly when?: (arrival: Arrival<Run>) => boolean;
  readonly needs?: readonly Need[];
  readonly follow: (arrival: Arrival<Run>, facts: Pick<Facts, Need>) => Consequences<Run, Effect>;
}

/** The rules and followers for one kind of proposal. */
export interface RuleSet<Run, Facts, Effect> {
  /** In the order in which they decide. */
  readonly rules: readonly Rule<Run, Facts, Effect, keyof Facts>[];
  /** In the order in which their effects are carried out. */
  readonly followers: readonly Follower<Run, Facts, Effect, keyof Facts>[];
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
