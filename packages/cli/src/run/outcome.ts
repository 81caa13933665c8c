import { jsonText, parseJson } from "@ostinato/core";
import type { FinalState } from "@ostinato/sdk";
import { codeOf, firstParagraph, sentenceOf } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { spanText } from "../output/moments.ts";
import { note, say } from "../output/output.ts";
import { oneLine, paint } from "../output/text.ts";

/** The end of a run, for the last line. */
export interface Outcome {
  readonly flowRunId: string | undefined;
  readonly flowRunName: string;
  readonly flowName: string;
  readonly stateType: string;
  readonly stateName: string;
  readonly message: string;
  readonly seconds: number;
  readonly url: string | undefined;
  readonly result?: unknown;
  readonly error?: unknown;
}

export function outcomeOf(
  final: FinalState<unknown>,
  run: Pick<Outcome, "flowRunId" | "flowRunName" | "flowName" | "seconds" | "url">,
): Outcome {
  const ended = { ...run, stateType: final.type, stateName: final.name };
  if (final.type === "COMPLETED") return { ...ended, message: final.message, result: final.value };
  // The state of a failure says more than the error itself: it includes the causes.
  const message = (final.type === "FAILED" && firstParagraph(final.message)) || sentenceOf(final.error);
  return { ...ended, message, error: final.error };
}

/** Prints the last line: for a person on standard error, for a program as the output's last line. */
export function sayOutcome(
  outcome: Outcome,
  { json, resumeHint }: { json?: boolean | undefined; resumeHint?: string },
): void {
  if (json) say(jsonLine(outcome));
  else sayLines(outcome, resumeHint);
}

export function exitCodeOf({ stateType, error }: Outcome): ExitCode {
  if (stateType === "COMPLETED") return exitCodes.fine;
  if (stateType === "CANCELLED") return exitCodes.cancelled;
  return codeOf(error) === "PARAMETER_ERROR" ? exitCodes.usage : exitCodes.failed;
}

function sayLines(outcome: Outcome, resumeHint: string | undefined): void {
  const { flowName, flowRunName, stateType, stateName, message, seconds, url, flowRunId } = outcome;
  const fine = stateType === "COMPLETED";
  const mark = fine ? paint("green", "✓", process.stderr) : paint("red", "✗", process.stderr);
  const name = flowRunId === undefined ? flowName : `${flowName} ${oneLine(flowRunName)}`;
  const why = fine || message === "" ? "" : `: ${oneLine(message)}`;
  note(`${mark} ${name} ${stateName.toLowerCase()} after ${spanText(seconds)}${why}`);
  if (url !== undefined) note(`  ${paint("cyan", url, process.stderr)}`);
  else if (flowRunId !== undefined)
    note(`  See it with "ostinato server start", or "ostinato flow-run inspect ${oneLine(flowRunName)}".`);
  if (resumeHint !== undefined && flowRunId !== undefined && canGoOn(outcome)) {
    note(`  Go on from the last finished task: ${resumeHint} --resume ${flowRunId}`);
  }
}

/** Wrong parameters need a new run. */
function canGoOn({ stateType, error }: Outcome): boolean {
  return (stateType === "FAILED" || stateType === "CRASHED") && codeOf(error) !== "PARAMETER_ERROR";
}

function jsonLine(outcome: Outcome): string {
  return JSON.stringify({
    flow_run_id: outcome.flowRunId ?? null,
    name: outcome.flowRunName,
    flow: outcome.flowName,
    state: outcome.stateName,
    state_type: outcome.stateType,
    message: outcome.message,
    seconds: Math.round(outcome.seconds * 1000) / 1000,
    url: outcome.url ?? null,
    ...resultFields(outcome.result),
  });
}

/** A result that JSON can't express is null, with the reason beside it; a bigint is an integer with all its digits. */
function resultFields(value: unknown): { readonly result: unknown; readonly result_problem?: string } {
  try {
    const text = jsonText(value);
    if (text !== undefined) return { result: parseJson(text) };
    if (value === undefined) return { result: null };
    return { result: null, result_problem: `The result is a ${typeof value}, which JSON can't express.` };
  } catch (error) {
    return { result: null, result_problem: `The result can't be written as JSON: ${sentenceOf(error)}` };
  }
}
