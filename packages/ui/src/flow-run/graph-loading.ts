/** Brings the graph, also before it is wanted. */
export const loadGraphView = () => import("./graph-view.tsx");
