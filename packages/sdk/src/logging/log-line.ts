import { inspect } from "node:util";
import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import type { RunContext } from "../context.ts";
import { isError } from "../failures/failure-parts.ts";
import { failureReport } from "../failures/failure-text.ts";
import { redact } from "../secrets/redaction.ts";
import { printLine } from "./console-output.ts";

/** Prints a line and sends it to the server under the current run. */
export function writeLine({ session, flowRun, taskRun }: RunContext, level: number, text: string): void {
  const message = redact(text);
  const speaker = taskRun?.name ?? flowRun?.name;
  printLine({ level, speaker, message });
  if (session === undefined) return;
  const { clock, logs, server } = session;
  const now = clock.now();
  logs.add({
    // A line that is sent twice is stored once thanks to its id. Prefect's servers refuse ids.
    ...(server === undefined ? {} : { id: timeOrderedId(now) }),
    name: taskRun === undefined ? "ostinato.flow_runs" : "ostinato.task_runs",
    level,
    message,
    timestamp: formatTimestamp(now),
    flow_run_id: flowRun?.id ?? null,
    task_run_id: taskRun?.id ?? null,
  });
}

/** The message with `{field}` placeholders filled in, followed by the fields without a placeholder: `read 3 rows day=1`. */
export function composeMessage(template: unknown, given: unknown): string {
  const text = typeof template === "string" ? template : show(template);
  if (given === undefined) return text;
  // A second argument that is not a record of fields is appended, as `console` does.
  if (typeof given !== "object" || given === null || isError(given) || Array.isArray(given))
    return `${text} ${show(given)}`;
  const fields = given as Readonly<Record<string, unknown>>;
  const used = new Set<string>();
  const filled = text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    if (!Object.hasOwn(fields, name)) return whole;
    used.add(name);
    return show(fields[name]);
  });
  const rest = Object.entries(fields).filter(([name]) => !used.has(name));
  return [filled, ...rest.map(([name, value]) => `${name}=${quoted(show(value))}`)].join(" ");
}

function show(value: unknown): string {
  if (typeof value === "string") return value;
  if (isError(value)) return failureReport(value);
  return inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 50, maxStringLength: 2000 });
}

function quoted(text: string): string {
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
