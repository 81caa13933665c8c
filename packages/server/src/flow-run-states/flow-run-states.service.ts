import type { State } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { absent } from "../kernel/errors.ts";
import { presentState } from "../orchestration/state.presenter.ts";
import { stateOfRow } from "../orchestration/state.rows.ts";
import * as queries from "./flow-run-states.queries.ts";

export async function read({ db }: Context, id: string): Promise<State> {
  const row = await queries.stateById(db.read, id);
  if (row === undefined) throw absent("Flow run state");
  return presentState(stateOfRow(row));
}

/** The states of a flow run, oldest first. */
export async function list({ db }: Context, flowRunId: string): Promise<State[]> {
  const rows = await queries.statesOf(db.read, flowRunId.toLowerCase());
  return rows.map((row) => presentState(stateOfRow(row)));
}
