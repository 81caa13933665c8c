import { futureMoments, type Making, nowhere, pastMoments, stateTypes } from "./grammar.ts";

/** Filters of the API with optional parts, so that all of their combinations occur. */
type Part = unknown;

export function flowFilter(making: Making): Part {
  return filled(making, {
    operator: () => operator(making),
    id: () => idsOr(making, "flow", ["any_", "not_any_"]),
    name: () => name(making, "flow"),
    tags: () => tags(making, false),
    deployment: () => ({ is_null_: making.random.pick([true, false, null]) }),
  });
}

export function flowRunFilter(making: Making): Part {
  const { random } = making;
  return filled(making, {
    operator: () => operator(making),
    id: () => idsOr(making, "flow run", ["any_", "not_any_"]),
    name: () => name(making, "run"),
    tags: () => tags(making, true),
    state: () => state(making, true),
    flow_version: () => ({ any_: random.pick([["1"], [], null]) }),
    start_time: () => range(making, true),
    end_time: () => range(making, true),
    expected_start_time: () => range(making, false),
    next_scheduled_start_time: () => range(making, false),
    parent_flow_run_id: () => ({ any_: [making.some("flow run")] }),
    parent_task_run_id: () =>
      random.pick([{ is_null_: true }, { is_null_: false }, { any_: [making.some("task run")] }, {}]),
    deployment_id: () =>
      random.pick([{ is_null_: true }, { is_null_: false }, { operator: "or_", any_: [nowhere], is_null_: true }]),
    work_queue_name: () =>
      random.pick([{ is_null_: true }, { any_: ["default"] }, { operator: "or_", any_: ["default"], is_null_: true }]),
    idempotency_key: () => random.pick([{ any_: ["key-1"] }, { not_any_: ["key-1"] }, { not_any_: [] }, { any_: [] }]),
    created_by: () => random.pick([{ is_null_: true }, { is_null_: false }, { type_: ["DEPLOYMENT"] }, { id_: [] }]),
  });
}

export function taskRunFilter(making: Making): Part {
  const { random } = making;
  return filled(making, {
    operator: () => operator(making),
    id: () => idsOr(making, "task run", ["any_"]),
    name: () => name(making, "task"),
    tags: () => tags(making, false),
    state: () => state(making, false),
    start_time: () => range(making, true),
    end_time: () => range(making, true),
    expected_start_time: () => range(making, false),
    subflow_runs: () => ({ exists_: random.pick([true, false, null]) }),
    flow_run_id: () =>
      random.pick([
        { any_: [making.some("flow run")] },
        { any_: [making.some("flow run")], is_null_: true },
        { any_: [making.some("flow run")], is_null_: false },
        { is_null_: true },
        { is_null_: false },
        { any_: [] },
      ]),
  });
}

/** Criteria of several nouns at once. */
export function runCriteria(making: Making): Readonly<Record<string, Part>> {
  return filled(making, {
    flows: () => flowFilter(making),
    flow_runs: () => flowRunFilter(making),
    task_runs: () => taskRunFilter(making),
  }) as Readonly<Record<string, Part>>;
}

export function page({ random, maybe }: Making, sorts: readonly string[]): Readonly<Record<string, Part>> {
  const sort = random.pick(sorts);
  // Only names and keys are unique: other orders make a page of the list arbitrary.
  const isWhole = !/^(NAME|KEY)_/.test(sort);
  return {
    sort,
    limit: maybe(() => random.pick(isWhole ? [0, 200, null] : [0, 1, 3, 200, null])),
    offset: maybe(() => random.pick(isWhole ? [0, null] : [0, 1, 5, null])),
  };
}

export function range({ random }: Making, nullable: boolean): Part {
  return random.pick<Part>([
    { before_: random.pick(futureMoments) },
    { before_: random.pick(pastMoments) },
    { after_: random.pick(pastMoments) },
    { after_: random.pick(pastMoments), before_: random.pick(futureMoments) },
    { after_: 1_500_000_000 },
    {},
    ...(nullable
      ? [{ is_null_: true }, { is_null_: false }, { is_null_: false, after_: random.pick(pastMoments) }]
      : []),
  ]);
}

function state({ random }: Making, not: boolean): Part {
  const types = () => random.pick([[random.pick(stateTypes)], [random.pick(stateTypes), "RUNNING"], []]);
  const names = () => random.pick([["Running"], ["Late", "Completed"], [], ["Nicht da"]]);
  const leaf = (values: () => readonly string[]): Part =>
    random.pick<Part>([
      { any_: values() },
      {},
      null,
      ...(not ? [{ not_any_: values() }, { any_: values(), not_any_: values() }] : []),
    ]);
  return random.pick<Part>([
    { type: leaf(types) },
    { name: leaf(names) },
    { operator: "and_", name: leaf(names), type: leaf(types) },
    { operator: "or_", name: leaf(names), type: leaf(types) },
  ]);
}

function tags({ random }: Making, any: boolean): Part {
  const some = () => random.pick([["a"], ["a", "b"], ["none"], []]);
  return random.pick<Part>([
    { all_: some() },
    { is_null_: random.pick([true, false]) },
    { operator: "or_", all_: some(), is_null_: true },
    ...(any ? [{ any_: some() }, { operator: "or_", all_: some(), any_: some() }] : []),
  ]);
}

function name({ random }: Making, begin: string): Part {
  return random.pick<Part>([
    { like_: begin },
    { like_: begin.toUpperCase() },
    { like_: "" },
    { like_: "no such name" },
    { any_: [] },
    { any_: ["no such name"], like_: begin },
  ]);
}

function idsOr({ random, some }: Making, kind: string, keys: readonly string[]): Part {
  const key = random.pick(keys);
  return random.pick<Part>([
    { [key]: [some(kind)] },
    { [key]: [some(kind), some(kind), nowhere] },
    { [key]: [] },
    { [key]: null },
    {},
  ]);
}

function operator({ random }: Making): string {
  return random.pick(["and_", "or_"]);
}

/** Usually a few of the parts, because many at once match nothing. */
function filled({ random }: Making, parts: Readonly<Record<string, () => Part>>): Part {
  const count = random.pick([0, 1, 1, 1, 2, 2, 3]);
  const chosen = random.shuffled(Object.keys(parts)).slice(0, count);
  return Object.fromEntries(chosen.map((key) => [key, parts[key]?.()]));
}
