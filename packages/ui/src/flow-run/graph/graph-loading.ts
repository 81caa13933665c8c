export const loadGraphView = () => import("./graph-view.tsx");

/** Brings the graph before it is wanted. Its layout reads a large program first, most of what a first drawing waits for. */
export function prepareGraph(): void {
  void loadGraphView();
  void import("./graph-layout.ts").then((module) => module.warmUp());
}

/** Begins with a graph that is wanted now. */
export function startGraph(): void {
  void loadGraphView();
  void import("./graph-layout.ts").then((module) => module.startEngine());
}
