import { flow } from "ostinato";

/** A flow that does nothing, served until the process is told to stop. */
export const served = flow({ name: "bench served" }, async function served() {});

await served.serve({ name: "default" });
