import { defineDriver } from "../driver.ts";

/** Executes each run in a process group of its own, on the worker's machine. */
export const processDriver = defineDriver({
  type: "process",
  async open(options) {
    const { ProcessDriver } = await import("./process-driver.ts");
    return new ProcessDriver(options);
  },
});
