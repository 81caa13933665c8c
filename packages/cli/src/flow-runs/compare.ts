import { compareFlowRuns, type FlowRunRow, type RunComparison } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { localTime, spanText } from "../output/moments.ts";
import { say, sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { harmless, oneLine, paint } from "../output/text.ts";
import { findFlowRun } from "./find.ts";

/** Shows two flow runs beside each other: what they were given, and their tasks by name. */
export function compare(wanted: string, other: string, { json }: { readonly json?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const [{ id }, { id: other_id }] = [await findFlowRun(client, wanted), await findFlowRun(client, other)];
    const comparison = await client.call(compareFlowRuns, { params: { id, other_id } });
    if (json) return sayJson(comparison);
    sayComparison(comparison);
  });
}

function sayComparison({ a, b, tasks }: RunComparison): void {
  const facts = [...runFacts.map(([name, of]) => ({ name, a: of(a), b: of(b) })), ...parametersOf(a, b)];
  sayTable(facts.map(marked), factColumns, "");
  say();
  sayTable(tasks, taskColumns, "Neither run called a task.");
}

interface Fact {
  readonly name: string;
  /** Undefined where the run does not have it. */
  readonly a: string | undefined;
  readonly b: string | undefined;
}

const runFacts: readonly (readonly [name: string, of: (run: FlowRunRow) => string | undefined])[] = [
  ["Flow run", ({ name }) => oneLine(name)],
  ["Id", ({ id }) => id],
  ["Flow", ({ flow_name }) => oneLine(flow_name)],
  ["State", ({ state_name }) => state_name ?? undefined],
  ["Started", ({ start_time }) => localTime(start_time)],
  ["Took", ({ start_time, total_run_time }) => (start_time === null ? undefined : spanText(total_run_time))],
];

function parametersOf({ parameters: a }: FlowRunRow, { parameters: b }: FlowRunRow): readonly Fact[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.map((name) => ({ name: `parameter ${oneLine(name)}`, a: written(a[name]), b: written(b[name]) }));
}

function written(value: unknown): string | undefined {
  return value === undefined ? undefined : harmless(JSON.stringify(value));
}

/** What differs has a sign, for those who see no colour too. Names, ids and times always differ. */
function marked(fact: Fact): Fact & { readonly mark: string } {
  const isCompared = fact.name.startsWith("parameter ") || fact.name === "Flow" || fact.name === "State";
  return { ...fact, mark: isCompared && fact.a !== fact.b ? "≠" : "" };
}

const factColumns: readonly Column<Fact & { readonly mark: string }>[] = [
  { title: "", value: ({ mark }) => mark },
  { title: "", value: ({ name }) => name },
  { title: "A", value: ({ a }) => a ?? "not given", flexible: true },
  { title: "B", value: ({ b }) => b ?? "not given", flexible: true },
];

type Compared = RunComparison["tasks"][number];

const taskColumns: readonly Column<Compared>[] = [
  { title: "TASK", value: ({ name }) => oneLine(name), flexible: true },
  { title: "A", value: ({ a }) => sideText(a) },
  { title: "B", value: ({ b }) => sideText(b) },
  {
    title: "DIFFERENCE",
    value: differenceText,
    align: "right",
    paint: ({ a, b }, cell) => paintDifference(a, b, cell),
  },
  { title: "RESULT", value: ({ same_result: same }) => (same === null ? "" : same ? "same" : "other") },
];

type Side = Compared["a"];

function sideText(side: Side): string {
  if (side === null) return "not called";
  const states = Object.entries(side.states)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => (side.count === 1 ? state.toLowerCase() : `${count} ${state.toLowerCase()}`));
  return [states.join(", "), side.took === null ? undefined : spanText(side.took)].filter(Boolean).join(", ");
}

function differenceText({ a, b }: Compared): string {
  const seconds = secondsBetween(a, b);
  if (seconds === undefined) return "";
  return `${seconds < 0 ? "−" : "+"}${spanText(Math.abs(seconds))}`;
}

function secondsBetween(a: Side, b: Side): number | undefined {
  const [one, other] = [a?.took, b?.took];
  return typeof one === "number" && typeof other === "number" ? other - one : undefined;
}

function paintDifference(a: Side, b: Side, cell: string): string {
  return (secondsBetween(a, b) ?? 0) > 0 ? paint("red", cell) : cell;
}
