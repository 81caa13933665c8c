import ELK, { type ElkNode } from "elkjs/lib/elk-api.js";
import elkWorker from "elkjs/lib/elk-worker.min.js?url";
import { takeEarlyGraphWorker } from "../../early.ts";

/** Places the boxes and arrows of one graph without nesting. */
export type Engine = (graph: ElkNode) => Promise<ElkNode>;

// A worker computes the layout, so that a large graph does not block the page. The worker is reused.
let elk: InstanceType<typeof ELK> | undefined;

/** Starts the worker: loading its program is most of the wait for the first drawing. */
export function startEngine(): Engine {
  elk ??= new ELK({
    algorithms: ["layered"],
    workerFactory: () => takeEarlyGraphWorker() ?? new Worker(elkWorker),
  });
  const started = elk;
  return (graph) => started.layout(graph);
}

/** Starts the worker ahead of time with a small graph, because compiled code runs faster. */
export function warmUp(): void {
  if (elk !== undefined) return;
  const [first, second] = ["a", "b"].map((id) => ({ id, width: 100, height: 30 }));
  if (first === undefined || second === undefined) return;
  void startEngine()({
    id: "root",
    layoutOptions: { "elk.algorithm": "layered" },
    children: [first, second],
    edges: [{ id: "ab", sources: ["a"], targets: ["b"] }],
  }).catch(() => {});
}
