export const loadGraphView = () => import("./graph-view.tsx");

/** Loads the graph before it is shown. Its layout loads a large program first, which is most of the wait for the first drawing. */
export function prepareGraph(): void {
  void loadGraphView();
  void import("./graph-engine.ts").then((module) => module.warmUp());
}

/** Starts loading a graph that is shown now. */
export function startGraph(): void {
  void loadGraphView();
  void import("./graph-engine.ts").then((module) => module.startEngine());
}
