export { delayTask } from "./delay.ts";
export { runWorker } from "./task-worker.ts";
