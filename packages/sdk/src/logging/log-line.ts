import { inspect } from "node:util";
import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import type { RunContext } from "../context.ts";
import { isError } from "../failures/failure-parts.ts";
import { failureReport } from "../failures/failure-text.ts";
import { redact } from "../secrets/redaction.ts";
import { printLine } from "./console-output.ts";

/** Sends a line to the server under the run of the context, and prints it. */
export function writeLine({ session, flowRun, taskRun }: RunContext, level: number, text: string): void {
  const message = redact(text);
  const speaker = taskRun?.name ?? flowRun?.name;
  printLine({ level, speaker, message });
  if (session === undefined) return;
  const { clock, logs, server } = session;
  const now = clock.now();
  logs.add({
    // With an id a line that is sent twice is kept once. Prefect's servers refuse one.
    ...(server === undefined ? {} : { id: timeOrderedId(now) }),
    name: taskRun === undefined ? "ostinato.flow_runs" : "ostinato.task_runs",
    level,
    message,
    timestamp: formatTimestamp(now),
    flow_run_id: flowRun?.id ?? null,
    task_run_id: taskRun?.id ?? null,
  });
}

/**
 * The message with `{field}` filled in from the fields, and the fields that it does not name after it: `read 3 rows day=1`.
 */
export function composeMessage(template: unknown, given: unknown): string {
  const text = typeof template === "string" ? template : show(template);
  if (given === undefined) return text;
  // A second value in the place of the fields, as `console` takes it, is said after the first.
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
