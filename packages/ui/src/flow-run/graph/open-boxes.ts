import { useEffect, useMemo, useRef, useState } from "react";
import type { Timeline } from "../../api/types.ts";
import type { AttemptTime } from "../chosen-attempt.ts";
import { useChildTimelines } from "../timeline/open-rows.tsx";
import type { OpenRows } from "../timeline/timeline-model.ts";
import type { GraphNode } from "./graph-model.ts";
import { failedSubflows } from "./node-words.ts";

/** The open boxes of a graph with the timelines of open subflows. It opens along the subflows that lead to a failure. */
export function useOpenBoxes(timeline: Timeline, time: AttemptTime | undefined) {
  const [opened, setOpened] = useState<OpenRows>(new Map());
  const [toggled, setToggled] = useState<string>();
  const { ids: openSubflows, children } = useChildTimelines(opened, time);
  const offered = useRef(new Set<string>());
  useEffect(() => {
    const found = [timeline, ...children.values()].flatMap((source) =>
      failedSubflows(source).filter(({ key }) => !offered.current.has(key)),
    );
    if (found.length === 0) return;
    for (const { key } of found) offered.current.add(key);
    setOpened((before) => new Map([...before, ...found.map(({ key, flowRunId }) => [key, flowRunId] as const)]));
  }, [timeline, children]);
  const toggle = (node: GraphNode) => {
    setToggled(node.key);
    setOpened((before) => {
      const next = new Map(before);
      if (!next.delete(node.key)) next.set(node.key, node.childFlowRunId ?? null);
      return next;
    });
  };
  const open = useMemo(() => new Set(opened.keys()), [opened]);
  return { open, children, openSubflows, toggle, toggled };
}
