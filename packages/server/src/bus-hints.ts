import type { Timestamp } from "@ostinato/core";
import type { Hint, Waiting } from "./kernel/bus.ts";

const topics = [
  "due",
  "stopping",
  "due in queue",
  "stopping in queue",
  "due of task",
  "freed",
  "clean-up",
  "slots freed",
] as const;

/** The subject of a notice that carries a hint. Servers of versions before work pools know the first two, for deployments. */
export type HintTopic = (typeof topics)[number];

export function isHintTopic(topic: string): topic is HintTopic {
  return topics.some((each) => each === topic);
}

/** The hint as other servers get it. */
export function noticeOfHint(hint: Hint): readonly [topic: HintTopic, texts: readonly string[]] {
  switch (hint.kind) {
    case "due":
      // Keys of tasks may hold spaces.
      if (hint.of === "task") return ["due of task", [`${hint.at} ${hint.id}`]];
      return [hint.of === "deployment" ? "due" : "due in queue", [`${hint.id} ${hint.at}`]];
    case "stopping":
      return [hint.of === "deployment" ? "stopping" : "stopping in queue", [`${hint.id} ${hint.flowRunId}`]];
    case "freed":
    case "clean-up":
      return [hint.kind, [hint.poolId]];
    case "slots-freed":
      return ["slots freed", hint.limitIds];
    default:
      return hint satisfies never;
  }
}

export function hintOf(topic: HintTopic, text: string): Hint {
  const [id = "", detail = ""] = text.split(" ");
  const of: Waiting = topic.endsWith("in queue") ? "work-queue" : "deployment";
  switch (topic) {
    case "due":
    case "due in queue":
      return { kind: "due", of, id, at: Number(detail) as Timestamp };
    case "due of task":
      return { kind: "due", of: "task", id: text.slice(id.length + 1), at: Number(id) as Timestamp };
    case "stopping":
    case "stopping in queue":
      return { kind: "stopping", of, id, flowRunId: detail };
    case "freed":
    case "clean-up":
      return { kind: topic, poolId: id };
    case "slots freed":
      return { kind: "slots-freed", limitIds: [id] };
    default:
      return topic satisfies never;
  }
}
