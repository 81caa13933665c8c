import { markedFlow } from "./marked-flow.ts";

/** The flow that workers execute. */
export const pooled = markedFlow("chaos pooled");
