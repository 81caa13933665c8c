import { type StateType, type Timestamp } from "@ostinato/core";
import type { EventCreate } from "@ostinato/protocol";
export interface TaskRunEventOptions {
  readonly id?: string;
  readonly taskRunId: string;
  readonly flowRunId: string | null;
  readonly type: StateType;
  readonly occurred: Timestamp;
  readonly name?: string;
  readonly taskKey?: string;
  readonly dynamicKey?: string;
  readonly run?: Readonly<Record<string, unknown>>;
  readonly values?: unknown;
}
/** An event as the clients of the field send it, for tests. */
export declare function taskRunEvent(options: TaskRunEventOptions): EventCreate;
