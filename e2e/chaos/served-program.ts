import { serve } from "ostinato";
import { markedFlow } from "./marked-flow.ts";

/** Serves a flow by several deployments. */
export const served = markedFlow("chaos served");

await serve(
  served.toDeployment({
    name: "limited",
    parameters: { deployment: "limited" },
    concurrency: 2,
    onCrash: "restart",
    maxRestarts: 100,
  }),
  served.toDeployment({
    name: "scheduled",
    parameters: { deployment: "scheduled" },
    interval: "5s",
    concurrency: 1,
    onCrash: "restart",
    maxRestarts: 100,
  }),
  served.toDeployment({ name: "free", parameters: { deployment: "free" } }),
  { limit: 3 },
);
