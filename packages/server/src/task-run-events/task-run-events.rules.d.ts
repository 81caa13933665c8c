import { type StateType, type Timestamp } from "@ostinato/core";
import { type Resource, TaskRunValues } from "@ostinato/protocol";
import type { Problem } from "../errors.ts";
/** What is read of an event to tell a state of a task run. */
export interface TaskRunEvent {
  readonly id: string;
  readonly occurred: Timestamp;
  readonly event: string;
  readonly resource: Resource;
  readonly related: readonly Resource[];
  readonly payload: Readonly<Record<string, unknown>>;
}
/** A state that a task run came into, with the task run as it was then. */
export interface Transition {
  readonly taskRunId: string;
  readonly flowRunId: string | null;
  readonly taskKey: string;
  readonly dynamicKey: string;
  readonly state: TransitionState;
  readonly run: TransitionRun;
  readonly values: TaskRunValues | undefined;
}
export interface TransitionState {
  readonly id: string;
  readonly type: StateType;
  readonly name: string;
  readonly timestamp: Timestamp;
  readonly message: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly data: unknown;
}
/** Durations in seconds. */
export interface TransitionRun {
  readonly name: string;
  readonly taskVersion: string | null;
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, unknown>>;
  readonly empiricalPolicy: Readonly<Record<string, unknown>>;
  readonly taskInputs: Readonly<Record<string, unknown>>;
  readonly cacheKey: string | null;
  readonly cacheExpiration: Timestamp | null;
  readonly runCount: number;
  readonly flowRunRunCount: number;
  readonly expectedStartTime: Timestamp;
  readonly nextScheduledStartTime: Timestamp | null;
  readonly startTime: Timestamp | null;
  readonly endTime: Timestamp | null;
  readonly totalRunTime: number;
}
export type ReadTransition =
  | {
      readonly kind: "transition";
      readonly transition: Transition;
      readonly problems: readonly Problem[];
    }
  | {
      readonly kind: "malformed";
      readonly problems: readonly Problem[];
    };
/** The state that an event tells of, or undefined where it is about something else. */
export declare function readTransition(event: TaskRunEvent): ReadTransition | undefined;
/** Whether `one` is the later state; two of the same moment are told apart by their ids, so that all servers agree. */
export declare function isLater(one: TransitionState, other: TransitionState): boolean;
