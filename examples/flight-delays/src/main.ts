import { parseArgs } from "node:util";
import { flightDelays } from "./flow.ts";

const { values } = parseArgs({
  options: {
    source: { type: "string" },
    folder: { type: "string" },
    limit: { type: "string" },
  },
});

console.log(await flightDelays(values));
