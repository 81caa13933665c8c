import { parseArgs } from "node:util";
import { resumeRun } from "ostinato";
import { housePrices } from "./flow.ts";

const { values } = parseArgs({ options: { count: { type: "string" }, resume: { type: "string" } } });

const run = values.resume === undefined ? housePrices({ count: values.count }) : resumeRun(values.resume, housePrices);
const final = await run.finished();
console.log(final.type === "COMPLETED" ? final.value : `${final.error.message}\nrun ${await run.created}`);
process.exitCode = final.type === "COMPLETED" ? 0 : 1;
