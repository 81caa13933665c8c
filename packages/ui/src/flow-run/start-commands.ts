import { isNumber } from "@ostinato/core";
import type { FlowRunPage } from "../api/types.ts";

/** The program that started a run, as far as it is recorded: Ostinato's SDK records the file of the flow, Prefect's client does not. */
export type Starter = { readonly kind: "typescript"; readonly file: string } | { readonly kind: "python" };

export type Parameters = Readonly<Record<string, unknown>>;

/** The placeholder for the file of a Python flow, which is not recorded. */
export const pythonPlaceholder = "your_flows.py";

export function starterOf({ flow_run, flow }: FlowRunPage): Starter {
  const file = flow_run.labels["ostinato.entrypoint"];
  if (typeof file !== "string" || file === "") return { kind: "python" };
  return { kind: "typescript", file: quotedIfNeeded(`${file}:${flow.name}`) };
}

/**
 * Resumes the run itself. `--no`: where the project lacks the package, npx must not run another one of that name. Prefect's command calls
 * the flow again as the same run, and reuses persisted results.
 */
export function resumeCommand(starter: Starter, page: FlowRunPage): string {
  const { id } = page.flow_run;
  return starter.kind === "typescript"
    ? `npx --no ostinato run ${starter.file} --resume ${id}`
    : `prefect flow-run retry ${id} --entrypoint ${pythonPlaceholder}:${functionName(page.flow.name)}`;
}

/** Starts a new run with these parameters. */
export function startCommand(starter: Starter, page: FlowRunPage, parameters: Parameters): string {
  if (starter.kind === "typescript") {
    const given = Object.keys(parameters).length === 0 ? "" : ` -P ${quoted(JSON.stringify(parameters))}`;
    return `npx --no ostinato run ${starter.file}${given}`;
  }
  const name = functionName(page.flow.name);
  const values = Object.entries(parameters).map(([key, value]) => `${key}=${pythonLiteral(value)}`);
  const module = pythonPlaceholder.replace(/\.py$/, "");
  return `python -c ${quoted(`from ${module} import ${name}; ${name}(${values.join(", ")})`)}`;
}

/** Prefect names a flow after its function, with hyphens for underscores. */
function functionName(flowName: string): string {
  const name = flowName.replaceAll("-", "_");
  return /^[A-Za-z_]\w*$/.test(name) ? name : "your_flow";
}

/** A JSON value in Python's syntax. */
export function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  if (typeof value !== "object" || isNumber(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}: ${pythonLiteral(inner)}`)
    .join(", ")}}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function quotedIfNeeded(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : quoted(text);
}
