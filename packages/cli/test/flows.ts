/** Programs as a user writes them. */
export const files = {
  "sum.ts": `
import { artifact, flow, log, task } from "ostinato";
const double = task(async function double(n: number) { return 2 * n; });
export const sum = flow({ tags: ["numbers"] }, async function sum({ n = 3 }: { n?: number }) {
  log.warning("summing {n}", { n });
  const doubled = await double.map(Array.from({ length: n }, (_, index) => index));
  await artifact.markdown({ key: "sum-report", markdown: "# Sum" });
  await artifact.table({ key: "sum-rows", table: [{ n: 0, doubled: 0 }, { n: 1, doubled: 2 }] });
  return { total: doubled.reduce((total, one) => total + one, 0) };
});
if (import.meta.main) console.log(JSON.stringify(await sum({})));
`,
  "typed.ts": `
import { flow } from "ostinato";
interface Parameters { readonly train: string; readonly depth: number }
const validate = (given: unknown) => {
  const { train, depth = 6 } = given as Partial<Parameters>;
  if (typeof train !== "string") return { issues: [{ path: ["train"], message: "is no text" }] };
  if (depth > 12) return { issues: [{ path: ["depth"], message: "is more than 12" }] };
  return { value: { train, depth } };
};
const properties = { train: { type: "string" }, depth: { type: "integer", maximum: 12, default: 6 } };
const jsonSchema = { input: () => ({ type: "object", properties, required: ["train"] }) };
const schema = { "~standard": { version: 1, vendor: "own", validate, jsonSchema } } as never;
export const learn = flow({ parameters: schema }, async function learn(parameters: Parameters) { return parameters; });
`,
  "steps.ts": `
import { flow, task } from "ostinato";
import { existsSync, appendFileSync } from "node:fs";
const first = task(async function first() { appendFileSync("first.log", "ran\\n"); return 20; });
const second = task(async function second(n: number) { if (!existsSync("go")) throw new Error("not yet"); return n + 1; });
export const steps = flow(async function steps() { return await second(await first()); });
`,
  "endless.ts": `
import { currentRun, flow, log, task } from "ostinato";
import { once } from "node:events";
const wait = task(async function wait() {
  log.info("waiting");
  await once(currentRun().signal, "abort");
});
export const endless = flow(async function endless() { await wait(); });
`,
  "several.ts": `
import { flow } from "ostinato";
export const train = flow(async function train() { return "trained"; });
export const evaluate = flow(async function evaluate() { throw new Error("worse than before\\nsecond line", { cause: "an RMSE of 9" }); });
export const limit = 3;
export default train;
`,
  "own.ts": `
import { sum } from "./sum.ts";
const { total } = await sum({ n: 4 });
console.log("total", total);
export { sum };
`,
  "own-failing.ts": `
import { evaluate } from "./several.ts";
await evaluate();
`,
  "open-handle.ts": `
import { flow } from "ostinato";
setInterval(() => {}, 1000);
export const open = flow(async function open() {});
`,
  "old.cts": `
const { flow } = require("ostinato");
exports.old = flow(async function old() { return "still runs"; });
`,
  "none.ts": "export const limit = 3;\n",
  "syntax.ts": "export const a = 1;\nexport const b = ;\n",
  "syntax.mjs": "let a = 1;\nlet a = 2;\n",
  "enum.ts": "export enum Mode { Fast }\n",
  "package.ts": 'import "no-such-package";\n',
  "import.ts": 'import "./no-such-file.ts";\n',
  "throws.ts": 'export const a = 1;\nthrow new Error("out of luck");\n',
  "waits.ts": "await new Promise(() => {});\n",
} as const;
