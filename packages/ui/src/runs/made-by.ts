import type { FlowRunRow } from "../api/types.ts";

type Made = Pick<
  FlowRunRow,
  "created_by" | "auto_scheduled" | "idempotency_key" | "labels" | "parent_flow_run_id" | "parent_flow_run_name"
>;

/** The labels of a run that somebody starts from these pages: a server that asks nobody for a name has no other trace of them. */
export const startedFromPages = { "ostinato.started-from": "pages" } as const;

export interface MadeBy {
  /** What it was, in words: `its schedule s1`, `ann`, `flows.ts`. */
  readonly text: string;
  /** The path of the file that started it. */
  readonly file?: string;
  readonly isParent?: true;
}

/** Who or what made a run, as far as that is recorded. */
export function madeBy(run: Made): MadeBy | undefined {
  const { created_by: maker, parent_flow_run_id: parent } = run;
  const name = maker?.display_value ?? "";
  if (maker?.type === "SCHEDULE") return { text: isNamed(name) ? `its schedule ${name}` : "its schedule" };
  if (run.auto_scheduled) return { text: "its schedule" };
  if (maker?.type === "AUTOMATION") return { text: name === "" ? "an automation" : `the automation ${name}` };
  if (run.idempotency_key?.startsWith("backfill ") === true)
    return { text: name === "" ? "a backfill" : `a backfill by ${name}` };
  if (name !== "") return { text: name };
  if (maker?.type !== undefined && maker.type !== null) return { text: maker.type.toLowerCase() };
  if (run.labels["ostinato.started-from"] === "pages") return { text: "somebody, from these pages" };
  if (parent !== null) return { text: `its parent ${run.parent_flow_run_name ?? ""}`.trim(), isParent: true };
  const file = run.labels["ostinato.entrypoint"];
  return typeof file === "string" ? { text: file.split(/[/\\]/).at(-1) ?? file, file } : undefined;
}

/** A schedule without a name of its own is recorded by the name of its kind. */
function isNamed(schedule: string): boolean {
  return schedule !== "" && !/^(Cron|Interval|RRule)Schedule$/.test(schedule);
}
