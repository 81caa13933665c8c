import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import type { Artifact, Flow, FlowRun, RetentionPass } from "@ostinato/protocol";
import type { FakeClock } from "@ostinato/testing/clock";
import { sql } from "kysely";
import type { Database } from "../src/db/dialect.ts";
import { portable } from "../src/db/portable.ts";
import type { Context } from "../src/kernel/context.ts";
import type { Cause } from "../src/retention/age.rules.ts";
import type { Retention } from "../src/retention/retention.service.ts";
import type { TestServer } from "./harness.ts";
import { taskRunEvent } from "./task-run-event-harness.ts";

export interface RunOptions {
  /** The last state, or undefined for a run that goes on. */
  readonly state?: string | undefined;
  readonly parentTaskRunId?: string;
  readonly tasks?: number;
  readonly logs?: number;
  /** What each task's result is beside its data. */
  readonly result?: object;
}

export interface MadeRun {
  readonly id: string;
  readonly taskRunIds: readonly string[];
  /** Of the task runs. */
  readonly resultIds: readonly string[];
}

/** Makes runs at the time of the server's clock, through the API, as clients do. */
export function runMaker(server: TestServer) {
  const { clock } = server.context;

  async function call<T>(method: "POST" | "PUT", path: string, body: unknown): Promise<T> {
    const reply = await server.call<T>(method, path, body);
    if (reply.status >= 300) throw new Error(`${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  const setState = (id: string, type: string) => call("POST", `/flow_runs/${id}/set_state`, { state: { type } });

  async function endTask(flowRunId: string | null, result: object = {}) {
    const taskRunId = timeOrderedId(clock.now());
    const preview = { kind: "scalar", size_bytes: 3, truncated: false, value: 7 };
    const values = { result: { format: "devalue", data: "[7]", preview, ...result } };
    const running = taskRunEvent({ taskRunId, flowRunId, type: "RUNNING", occurred: clock.now() });
    const done = taskRunEvent({ taskRunId, flowRunId, type: "COMPLETED", occurred: clock.now(), values });
    await call("POST", "/events", [running, done]);
    return { taskRunId, resultId: done.id };
  }

  return {
    setState,
    endTask,
    async run({
      state = "COMPLETED",
      parentTaskRunId,
      tasks = 0,
      logs = 0,
      result,
    }: RunOptions = {}): Promise<MadeRun> {
      const flow = await call<Flow>("POST", "/flows/", { name: "nightly" });
      const parent = parentTaskRunId === undefined ? {} : { parent_task_run_id: parentTaskRunId };
      const { id } = await call<FlowRun>("POST", "/flow_runs/", { flow_id: flow.id, ...parent });
      await setState(id, "RUNNING");
      const ended = [];
      for (let task = 0; task < tasks; task += 1) ended.push(await endTask(id, result));
      const line = { name: "x", level: 20, message: "hello", timestamp: formatTimestamp(clock.now()), flow_run_id: id };
      if (logs > 0) await call("POST", "/logs/", Array(logs).fill(line));
      if (state !== "RUNNING") await setState(id, state);
      return {
        id,
        taskRunIds: ended.map(({ taskRunId }) => taskRunId),
        resultIds: ended.map(({ resultId }) => resultId),
      };
    },
    artifact: (given: object) => call<Artifact>("POST", "/artifacts/", { type: "markdown", data: "# Hi", ...given }),
  };
}

/** A whole pass on a clock that stands still but for the rests; confirmed unless told, since tests move the clock by days. */
export async function wholePass(
  retention: Retention,
  clock: FakeClock,
  cause: Cause = "confirmed",
): Promise<RetentionPass> {
  let ended = false;
  const pass = retention.pass(cause).finally(() => {
    ended = true;
  });
  while (!ended) {
    await Promise.race([pass, clock.untilWaiting()]);
    await clock.advance(1);
  }
  return pass;
}

/** Finished runs, without anything in them, that ended so many days ago. */
export async function fillWithOldFlowRuns(
  { db, clock }: Pick<Context, "db" | "clock">,
  { count, days }: { readonly count: number; readonly days: number },
): Promise<void> {
  const ended = clock.now() - days * microsPerDay;
  const [model] = await db.read.selectFrom("flow_run").selectAll().limit(1).execute();
  if (model === undefined) throw new Error("There is no run to make others like it");
  const like = sql.join(
    Object.keys(model)
      .filter((name) => name !== "id" && name !== "end_time")
      .map((name) => sql.ref(name)),
  );
  const ids = JSON.stringify(Array.from({ length: count }, () => ({ id: timeOrderedId(clock.now()) })));
  const given = portable.rowsOf(ids, { id: "uuid" });
  await db.write((tx) =>
    sql`INSERT INTO flow_run (id, end_time, ${like}) SELECT given.id, ${sql.lit(ended)}, ${like}
      FROM (SELECT ${like} FROM flow_run WHERE id = ${model.id}) AS model CROSS JOIN ${given} AS given`.execute(tx),
  );
}

const tables = [
  "flow_run",
  "flow_run_state",
  "task_run",
  "task_run_state",
  "task_run_value",
  "log",
  "event",
  "event_resource",
  "artifact",
  "artifact_collection",
  "result",
  "task_run_state_cache",
] as const;

export type RowCounts = Readonly<Record<(typeof tables)[number], number>>;

export async function rowCounts(db: Database): Promise<RowCounts> {
  const counted = tables.map((table) => sql`(SELECT count(*) FROM ${sql.table(table)}) AS ${sql.ref(table)}`);
  const { rows } = await sql<Record<string, number>>`SELECT ${sql.join(counted)}`.execute(db.read);
  return Object.fromEntries(tables.map((table) => [table, Number(rows[0]?.[table])])) as RowCounts;
}

const microsPerDay = 86_400_000_000;

export function passDays(clock: FakeClock, days: number): void {
  clock.set((clock.now() + days * microsPerDay) as never);
}
