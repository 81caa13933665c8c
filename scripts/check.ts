import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

/** A check that must pass before a change lands. */
interface Step {
  readonly name: string;
  /** A program in node_modules/.bin, or `node`, and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Uses all cores by itself, so nothing runs in parallel. */
  readonly alone?: true;
}

const steps: readonly Step[] = [
  { name: "format and lint", command: ["biome", "check", "--error-on-warnings", "--max-diagnostics=100"] },
  { name: "types", command: ["tsc", "--noEmit", ...remembering("types")] },
  { name: "types of the UI", command: ["tsc", "--noEmit", "-p", "packages/ui", ...remembering("ui-types")] },
  { name: "import boundaries", command: ["node", "scripts/check-boundaries.ts"] },
  { name: "code rules", command: ["node", "scripts/check-code-rules.ts"] },
  { name: "unused code", command: ["knip", "--no-progress"] },
  { name: "generated files", command: ["node", "scripts/generate.ts", "--check"] },
  { name: "lockfile", command: ["node", "scripts/check-lockfile.ts"] },
  { name: "tests", command: ["vitest", "run"], alone: true },
];

/** Incremental builds: the compiler checks only changed files, in a tenth of the time. */
function remembering(name: string): readonly string[] {
  return ["--incremental", "--tsBuildInfoFile", `node_modules/.cache/${name}.tsbuildinfo`];
}

interface Outcome {
  readonly step: Step;
  readonly passed: boolean;
  readonly output: string;
  readonly seconds: number;
}

// `npm run check` runs every step; `npm run check -- types "unused code"` only those; `--skip tests` all but those.
const chosen = chooseSteps(process.argv.slice(2));
const outcomes: Outcome[] = [];
await runAll(chosen.filter(({ alone }) => alone !== true));
for (const step of chosen.filter(({ alone }) => alone === true)) report(await run(step));

for (const { step, output } of outcomes.filter(({ passed }) => !passed)) {
  console.log(`\n── ${step.name}: ${step.command.join(" ")}\n${output.trimEnd()}`);
}
const failed = outcomes.filter(({ passed }) => !passed).length;
console.log(`\n${outcomes.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function chooseSteps(args: readonly string[]): readonly Step[] {
  const skip = args[0] === "--skip";
  const names = skip ? args.slice(1) : args;
  const unknown = names.find((name) => steps.every((step) => step.name !== name));
  if (unknown !== undefined) {
    console.error(`There is no step "${unknown}". There are: ${steps.map(({ name }) => name).join(", ")}`);
    process.exit(1);
  }
  return names.length === 0 ? steps : steps.filter(({ name }) => names.includes(name) !== skip);
}

async function runAll(queue: readonly Step[]): Promise<void> {
  const waiting = [...queue];
  const lane = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) report(await run(step));
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane));
}

function run(step: Step): Promise<Outcome> {
  const started = performance.now();
  const [program, ...args] = step.command;
  return new Promise((done) => {
    // npm puts node_modules/.bin first in PATH, with the pinned Node in it.
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], shell: process.platform === "win32" });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    const finish = (passed: boolean) => done({ step, passed, output, seconds: (performance.now() - started) / 1000 });
    child.on("error", (error) => {
      output += error.message;
      finish(false);
    });
    child.on("close", (code) => finish(code === 0));
  });
}

function report(outcome: Outcome): void {
  outcomes.push(outcome);
  const { step, passed, seconds } = outcome;
  console.log(`${passed ? "✓" : "✗"} ${step.name.padEnd(18)} ${seconds.toFixed(1).padStart(6)} s`);
}
