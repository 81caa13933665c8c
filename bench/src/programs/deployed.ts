import { flow } from "ostinato";

/** A flow that does nothing, for workers. */
export const deployed = flow({ name: "bench deployed" }, async function deployed() {});
