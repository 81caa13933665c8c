import { parseArgs } from "node:util";
import { animalFacts } from "./flow.ts";

const { values } = parseArgs({
  options: {
    public: { type: "boolean" },
    count: { type: "string" },
    seed: { type: "string" },
    "failure-rate": { type: "string" },
  },
});

const { cats, dogs } = await animalFacts({
  public: values.public,
  count: values.count,
  seed: values.seed,
  failureRate: values["failure-rate"],
});
for (const fact of [...cats, ...dogs]) console.log(fact);
