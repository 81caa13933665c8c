import { parseArgs } from "node:util";
import { nycTaxi } from "./flow.ts";

const { values } = parseArgs({
  options: {
    train: { type: "string" },
    val: { type: "string" },
    folder: { type: "string" },
  },
});

console.log(await nycTaxi(values));
