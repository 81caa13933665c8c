import { formatTimestamp, type Timestamp, timeOrderedId } from "@ostinato/core";
import {
  type BodyOf,
  type countVariables,
  type filterVariables,
  type LiveKept,
  maxVariableBytes,
  type Variable,
  type VariableCreate,
  type VariableUpdate,
} from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import { readJson, readPlainJson, writeJson } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import type { Context } from "../kernel/context.ts";
import { invalid, refused } from "../kernel/errors.ts";
import { type Lifecycle, lifecycleEvent } from "../kernel/lifecycle-event.ts";
import { checkAnswerSize, readLimit } from "../kernel/paging.ts";
import { unit } from "../kernel/unit.ts";
import type { VariableReader } from "../user-input/hydration.rules.ts";
import * as queries from "./variables.queries.ts";

type VariableRow = queries.VariableRow;
type VariableKey = queries.VariableKey;

export async function create(context: Context, given: VariableCreate): Promise<Variable> {
  const now = context.clock.now();
  const row: VariableRow = {
    id: timeOrderedId(now),
    created: now,
    updated: now,
    name: given.name,
    value: valueText(given.value),
    tags: writeJson([...new Set(given.tags ?? [])]),
  };
  await unit(context, async (unit) => {
    if (!(await queries.insertVariable(unit.tx, row))) throw nameTaken(given.name);
    unit.changed("variable", [row], presentLive);
    await events.recordNew(unit, [variableEvent("created", row, now)]);
  });
  return present(row);
}

function nameTaken(name: string) {
  return refused("DATA_CONFLICT", `A variable with the name '${name}' already exists.`);
}

function valueText(value: unknown): string {
  const text = writeJson(value);
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxVariableBytes) return text;
  throw invalid([
    {
      type: "value_error",
      loc: ["body", "value"],
      msg: `Value error, Variable value takes ${bytes} bytes of JSON, and the maximum is ${maxVariableBytes}. Keep a file or an artifact, and its address in the variable.`,
    },
  ]);
}

export async function read({ db }: Context, key: VariableKey): Promise<Variable> {
  return present(await rowOf(db.read, key));
}

async function rowOf(reader: Reader, key: VariableKey): Promise<VariableRow> {
  const row = await queries.findVariable(reader, key);
  if (row === undefined) throw missing();
  return row;
}

/** The sentence is Prefect's. */
function missing() {
  return refused("VARIABLE_NOT_FOUND", "Variable not found.");
}

/**
 * What `make` gives once it was told the variables that it asks for. It is called again for each that it has not been told, so that a
 * value without variables costs no query.
 */
export async function withVariables<T>(reader: Reader, make: (read: VariableReader) => T): Promise<T> {
  const known = new Map<string, unknown>();
  for (;;) {
    const asked = new Set<string>();
    const attempt = attempted(() =>
      make((name) => {
        if (!known.has(name)) asked.add(name);
        return known.get(name);
      }),
    );
    if (asked.size === 0) return attempt();
    const rows = await queries.variablesByNames(reader, [...asked]);
    for (const name of asked) known.set(name, undefined);
    for (const { name, value } of rows) known.set(name, readJson(value));
  }
}

/** Does it at once, and gives or throws what came of it when it is called. */
function attempted<T>(work: () => T): () => T {
  try {
    const value = work();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

export async function filter({ db }: Context, body: BodyOf<typeof filterVariables>): Promise<Variable[]> {
  const { variables, sort, limit, offset } = body;
  const query = { filter: variables, sort: sort ?? "NAME_ASC", limit: readLimit(limit), offset: offset ?? 0 } as const;
  const rows = await queries.findVariables(db.read, query);
  checkAnswerSize(rows.map(({ value }) => value.length));
  return rows.map(present);
}

export function count({ db }: Context, { variables }: BodyOf<typeof countVariables>): Promise<number> {
  return queries.countVariables(db.read, variables);
}

/** Writes the fields that are given. */
export async function update(context: Context, key: VariableKey, given: VariableUpdate): Promise<void> {
  const { name, value, tags } = given;
  const now = context.clock.now();
  const change = {
    updated: now,
    ...(name === undefined || name === null ? {} : { name }),
    ...(value === undefined ? {} : { value: valueText(value) }),
    ...(tags === undefined ? {} : { tags: writeJson([...new Set(tags ?? [])]) }),
  };
  await unit(context, async (unit) => {
    const { tx } = unit;
    const found = await rowOf(tx, key);
    if (name && name !== found.name && (await queries.findVariable(tx, { name }))) throw nameTaken(name);
    const changed = await queries.updateVariable(tx, found.id, change);
    if (changed === undefined) throw missing();
    unit.changed("variable", [changed], presentLive);
    await events.recordNew(unit, [variableEvent("updated", changed, now)]);
  });
}

export async function remove(context: Context, key: VariableKey): Promise<void> {
  await unit(context, async (unit) => {
    const deleted = await queries.deleteVariable(unit.tx, (await rowOf(unit.tx, key)).id);
    if (deleted === undefined) throw missing();
    unit.deleted("variable", [deleted.id]);
    await events.recordNew(unit, [variableEvent("deleted", deleted, context.clock.now())]);
  });
}

/** The rows of the live feed. */
export function readMany({ db }: Context, ids: readonly string[]): Promise<LiveKept[]> {
  return queries.namesOfVariables(db.read, ids);
}

function presentLive({ id, name }: VariableRow): LiveKept {
  return { id, name };
}

function present(row: VariableRow): Variable {
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    name: row.name,
    value: readJson(row.value),
    tags: readPlainJson(row.tags),
  };
}

/** The maximum size of a value that an event carries: readers of larger ones read the variable. */
const maxValueCharacters = 100_000;

function variableEvent(action: Lifecycle["action"], row: VariableRow, occurred: Timestamp) {
  const { id, name, value, tags } = present(row);
  const payload = { name, ...(row.value.length > maxValueCharacters ? {} : { value }), tags };
  return lifecycleEvent({ noun: "variable", action, id, name, occurred, payload });
}
