import { formatTimestamp, timeOrderedId, toTimestamp } from "@ostinato/core";
import type { BodyOf, createFlowRunInput, FlowRunInput, filterFlowRunInput, StateDetails } from "@ostinato/protocol";
import type { Reader, Writer } from "../db/dialect.ts";
import { readPlainJson, storable } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import type { Context } from "../kernel/context.ts";
import { absent, refused } from "../kernel/errors.ts";
import { readLimit } from "../kernel/paging.ts";
import { unit } from "../kernel/unit.ts";
import * as queries from "./flow-run-inputs.queries.ts";
import { inputEvent } from "./input-event.ts";

type NewInput = BodyOf<typeof createFlowRunInput>;

/** Keeps a value for a flow run under a key that it does not have yet. */
export async function create(context: Context, flowRunId: string, given: NewInput): Promise<void> {
  await unit(context, async (unit) => {
    const { tx, changed } = unit;
    const run = await queries.receivingRun(tx, flowRunId);
    if (run === undefined) throw absent("Flow run");
    if (!(await createIn(context, tx, { ...given, flowRunId })))
      throw refused("KEY_TAKEN", "A flow run input with this key already exists.");
    // A program says what it asks for after it has paused its run.
    if (run.state_type === "PAUSED") changed("flow-run", [{ id: flowRunId }]);
    if (isOfPause(run, given.key)) return;
    await events.recordNew(unit, [inputEvent(run, { ...given, occurred: context.clock.now() })]);
  });
}

/** What a pause asks for is told by the state of the run. */
function isOfPause({ state_details: details }: queries.ReceivingRun, key: string): boolean {
  const { run_input_keyset: keys } = details === null ? {} : readPlainJson<StateDetails>(details);
  return Object.values(keys ?? {}).includes(key);
}

/** The same within a unit of work; false where the run has the key. */
export function createIn(
  { clock }: Pick<Context, "clock">,
  tx: Writer,
  { flowRunId, key, value, sender }: NewInput & { readonly flowRunId: string },
): Promise<boolean> {
  const now = clock.now();
  return queries.insertInput(tx, {
    id: timeOrderedId(now),
    created: now,
    updated: now,
    flow_run_id: flowRunId,
    key: storable(key),
    value: storable(value),
    sender: sender === null || sender === undefined ? null : storable(sender),
  });
}

export async function read({ db }: Context, flowRunId: string, key: string): Promise<string> {
  const value = await valueIn(db.read, flowRunId, key);
  if (value === undefined) throw absent("Flow run input");
  return value;
}

/** The value, or undefined where there is none. */
export function valueIn(reader: Reader, flowRunId: string, key: string): Promise<string | undefined> {
  return queries.inputValue(reader, flowRunId, storable(key));
}

interface Place {
  readonly flowRunId: string;
  readonly key: string;
}

/** The values at these places, by one question; undefined for a place that has none. */
export async function valuesUnder(
  reader: Reader,
  places: readonly Place[],
): Promise<(place: Place) => string | undefined> {
  const rows = places.length === 0 ? [] : await queries.inputsUnder(reader, places);
  const values = new Map(rows.map(({ flow_run_id, key, value }) => [`${flow_run_id} ${key}`, value]));
  return ({ flowRunId, key }) => values.get(`${flowRunId} ${storable(key)}`);
}

export async function filter(
  { db }: Context,
  flowRunId: string,
  { prefix, limit, exclude_keys, after }: BodyOf<typeof filterFlowRunInput>,
): Promise<FlowRunInput[]> {
  const rows = await queries.findInputs(db.read, {
    flowRunId,
    prefix: storable(prefix),
    excludedKeys: (exclude_keys ?? []).map(storable),
    after:
      after === null || after === undefined
        ? undefined
        : { created: toTimestamp(after.created), id: after.id.toLowerCase() },
    limit: readLimit(limit ?? 1),
  });
  return rows.map((row) => ({
    ...row,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
  }));
}

/** Deletes the inputs of a run under these keys, within a unit of work. */
export async function forgetIn(tx: Writer, flowRunId: string, keys: readonly string[]): Promise<void> {
  for (const key of keys) await queries.deleteInput(tx, flowRunId, storable(key));
}

export async function remove(context: Context, flowRunId: string, key: string): Promise<void> {
  const done = await unit(context, ({ tx }) => queries.deleteInput(tx, flowRunId, storable(key)));
  if (!done) throw absent("Flow run input");
}
