import { isUuid } from "@ostinato/core";
import type { LiveRequest, LiveTopic } from "@ostinato/protocol";

/** Topics by what is compared: one text for each thing that can be watched. */
export type TopicKey = string;

export function keyOf(topic: LiveTopic): TopicKey {
  if (topic.kind === "flow-run") return flowRunKey(topic.flow_run_id);
  if (topic.kind === "task-run") return taskRunKey(topic.task_run_id);
  return topic.kind;
}

export function flowRunKey(id: string): TopicKey {
  return `flow-run ${id}`;
}

export function taskRunKey(id: string): TopicKey {
  return `task-run ${id}`;
}

/** A request as it came, or a sentence on what is wrong with it, with the id that the page gave it. */
export type Parsed =
  | { readonly request: LiveRequest; readonly problem?: never; readonly id?: never }
  | { readonly request?: never; readonly problem: string; readonly id: number | null };

export function parseRequest(text: string): Parsed {
  const given = parseObject(text);
  if (given === undefined) return { problem: "A message is a JSON object.", id: null };
  const { type, id, topic } = given;
  if (type === "ping") return { request: { type } };
  if (!Number.isSafeInteger(id)) return { problem: "`id` must be a whole number of the page's own.", id: null };
  const number = Number(id);
  if (type === "unsubscribe") return { request: { type, id: number } };
  if (type !== "subscribe") return { problem: `There is no message of type ${JSON.stringify(type)}.`, id: number };
  const wanted = parseTopic(topic);
  if (typeof wanted === "string") return { problem: wanted, id: number };
  return { request: { type, id: number, topic: wanted } };
}

function parseTopic(given: unknown): LiveTopic | string {
  const { kind, flow_run_id, task_run_id } = (given ?? {}) as Readonly<Record<string, unknown>>;
  switch (kind) {
    case "flow-runs":
    case "flows":
    case "artifacts":
      return { kind };
    case "flow-run":
      return isId(flow_run_id)
        ? { kind, flow_run_id: flow_run_id.toLowerCase() }
        : "`topic.flow_run_id` must be a UUID.";
    case "task-run":
      return isId(task_run_id)
        ? { kind, task_run_id: task_run_id.toLowerCase() }
        : "`topic.task_run_id` must be a UUID.";
    default:
      return `There is no topic of kind ${JSON.stringify(kind)}: there are flow-runs, flow-run, task-run, flows and artifacts.`;
  }
}

function isId(value: unknown): value is string {
  return typeof value === "string" && isUuid(value);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
