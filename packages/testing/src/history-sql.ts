/** The number of rows of each kind. */
export interface HistorySize {
  readonly flows: number;
  readonly flowRuns: number;
  readonly taskRuns: number;
  readonly logs: number;
  readonly events: number;
  readonly artifacts: number;
  /** With them each flow run belongs to one. */
  readonly deployments?: number;
}

/** The row numbers of one statement. */
export interface Portion {
  readonly first: number;
  readonly last: number;
}

/** The SQL in which the two databases differ here. */
export interface Dialect {
  readonly kind: "sqlite" | "postgresql";
  /** A source of rows with one column `n`. */
  numbers(portion: Portion): string;
  idText(kind: string, number: string): string;
  id(kind: string, number: string): string;
  searchableJson(literal: string): string;
}

const sqlite: Dialect = {
  kind: "sqlite",
  numbers: ({ first, last }) =>
    `(WITH RECURSIVE s(n) AS (SELECT ${first} UNION ALL SELECT n + 1 FROM s WHERE n < ${last}) SELECT n FROM s)`,
  idText: (kind, number) => `(printf('%08x', ${number}) || '-0000-7000-8000-${kind.repeat(12)}')`,
  id: (kind, number) => sqlite.idText(kind, number),
  searchableJson: (literal) => `'${literal}'`,
};

const postgresql: Dialect = {
  kind: "postgresql",
  numbers: ({ first, last }) => `(SELECT generate_series(${first}::bigint, ${last}::bigint) AS n)`,
  idText: (kind, number) => `(lpad(to_hex(${number}), 8, '0') || '-0000-7000-8000-${kind.repeat(12)}')`,
  id: (kind, number) => `CAST(${postgresql.idText(kind, number)} AS uuid)`,
  searchableJson: (literal) => `CAST('${literal}' AS jsonb)`,
};

export const dialects = { sqlite, postgresql } as const;

const historySpanMicros = 30 * 86_400 * 1_000_000;

interface Making {
  readonly dialect: Dialect;
  readonly size: HistorySize;
  /** Microseconds since the epoch. */
  readonly end: number;
  readonly portion: Portion;
}

interface Kind {
  readonly rows: (size: HistorySize) => number;
  readonly statements: (making: Making) => readonly string[];
}

/** In the order of their references. */
export const portions: readonly Kind[] = [
  { rows: ({ flows }) => flows, statements: (making) => [flows(making)] },
  { rows: ({ deployments = 0 }) => deployments, statements: (making) => deployments(making) },
  { rows: ({ flowRuns }) => flowRuns, statements: (making) => [flowRuns(making), ...flowRunStates(making)] },
  { rows: ({ taskRuns }) => taskRuns, statements: (making) => [taskRuns(making), ...taskRunStates(making)] },
  { rows: ({ logs }) => logs, statements: (making) => [logs(making)] },
  { rows: ({ events }) => events, statements: (making) => [events(making), ...eventResources(making)] },
  { rows: ({ artifacts }) => artifacts, statements: (making) => artifacts(making) },
];

const stateType = `CASE WHEN n % 1000 = 1 THEN 'RUNNING' WHEN n % 1000 = 3 THEN 'SCHEDULED' WHEN n % 50 = 7 THEN 'FAILED'
  WHEN n % 200 = 9 THEN 'CRASHED' WHEN n % 100 = 11 THEN 'CANCELLED' ELSE 'COMPLETED' END`;
const stateName = `CASE WHEN n % 1000 = 1 THEN 'Running' WHEN n % 2000 = 3 THEN 'Late' WHEN n % 1000 = 3 THEN 'Scheduled'
  WHEN n % 50 = 7 THEN 'Failed' WHEN n % 200 = 9 THEN 'Crashed' WHEN n % 100 = 11 THEN 'Cancelled' ELSE 'Completed' END`;
const begun = "n % 1000 <> 3";
const ended = "n % 1000 NOT IN (1, 3)";

/** The time of row `number` when `rows` rows are spread evenly over the whole time. */
function moment(end: number, rows: number, number = "n"): string {
  return `CAST(${end - historySpanMicros} + ${number} * ${Math.floor(historySpanMicros / rows)} AS bigint)`;
}

function flows({ dialect, end, portion }: Making): string {
  const begin = end - historySpanMicros;
  return `INSERT INTO flow (id, created, updated, name, tags, labels)
    SELECT ${dialect.id("f", "n")}, ${begin}, ${begin}, 'flow-' || n, ${dialect.searchableJson("[]")}, '{}'
    FROM ${dialect.numbers(portion)} AS series`;
}

/** Each has a schedule, and one in ten a second one, which is off. */
function deployments({ dialect, size, end, portion }: Making): readonly string[] {
  const { id, searchableJson } = dialect;
  const begin = end - historySpanMicros;
  const into = "INSERT INTO deployment_schedule (id, created, updated, deployment_id, schedule, active, parameters)";
  const cron = `'{"cron":"' || (n % 60) || ' ' || (n % 24) || ' * * *","timezone":"Europe/Berlin","day_or":true}'`;
  const interval = `'{"interval":3600,"anchor_date":"2020-01-01T00:00:00Z","timezone":"UTC"}'`;
  return [
    `INSERT INTO deployment (id, created, updated, name, flow_id, tags, paused, status, last_polled)
      SELECT ${id("5", "n")}, ${begin} + n, ${begin} + n, 'deployment-' || (n * 7919 % 100003),
        ${id("f", `(1 + n * 7919 % ${size.flows})`)},
        CASE WHEN n % 10 = 0 THEN ${searchableJson('["nightly","eu"]')} ELSE ${searchableJson('["nightly"]')} END,
        CASE WHEN n % 20 = 3 THEN 1 ELSE 0 END, CASE WHEN n % 50 = 7 THEN 'NOT_READY' ELSE 'READY' END, ${end}
      FROM ${dialect.numbers(portion)} AS series`,
    `${into} SELECT ${id("6", "n")}, ${begin}, ${begin}, ${id("5", "n")}, ${cron}, 1, '{}'
      FROM ${dialect.numbers(portion)} AS series`,
    `${into} SELECT ${id("8", "n")}, ${begin}, ${begin}, ${id("5", "n")}, ${interval}, 0, '{}'
      FROM ${dialect.numbers(portion)} AS series WHERE n % 10 = 4`,
  ];
}

function flowRuns({ dialect, size, end, portion }: Making): string {
  const { id, searchableJson } = dialect;
  const expected = moment(end, size.flowRuns);
  const deployment = size.deployments === undefined ? "NULL" : id("5", `(1 + n * 7919 % ${size.deployments})`);
  return `INSERT INTO flow_run (id, created, updated, name, state_id, state_type, state_name, state_timestamp, run_count,
      expected_start_time, start_time, end_time, total_run_time, empirical_policy, tags, labels, flow_id, parameters, context,
      parent_task_run_id, next_scheduled_start_time, deployment_id)
    SELECT ${id("a", "n")}, ${expected}, ${expected}, 'run-' || (n * 7919 % 100003), ${id("c", "n")}, ${stateType},
      ${stateName}, ${expected} + 60000000, 1, ${expected}, CASE WHEN ${begun} THEN ${expected} + 1000000 END,
      CASE WHEN ${ended} THEN ${expected} + 60000000 END, (n * 7919 % 600) * 1000000, '{}',
      CASE WHEN n % 5000 = 13 THEN ${searchableJson('["nightly","rare"]')}
        WHEN n % 10 = 0 THEN ${searchableJson('["nightly","eu"]')} ELSE ${searchableJson('["nightly"]')} END,
      '{}', ${id("f", `(1 + n * 7919 % ${size.flows})`)}, '{"date": "2030-01-01", "rows": 100000}', '{}',
      CASE WHEN n % 10 = 4 AND n > 10 THEN ${id("b", "(n - 1) * 10")} ELSE NULL END,
      CASE WHEN NOT (${begun}) THEN ${expected} END, ${deployment}
    FROM ${dialect.numbers(portion)} AS series`;
}

function flowRunStates({ dialect, portion }: Making): readonly string[] {
  const those = `FROM flow_run WHERE id BETWEEN ${dialect.id("a", String(portion.first))} AND ${dialect.id("a", String(portion.last))}`;
  const into = `INSERT INTO flow_run_state (id, created, type, name, timestamp, message, state_details, flow_run_id)`;
  const idOf = (kind: string) => derivedId(dialect, kind);
  return [
    `${into} SELECT ${idOf("1")}, created, 'PENDING', 'Pending', created, NULL, '{}', id ${those} AND start_time IS NOT NULL`,
    `${into} SELECT ${idOf("2")}, created, 'RUNNING', 'Running', start_time, NULL, '{}', id ${those} AND end_time IS NOT NULL`,
    `${into} SELECT state_id, created, state_type, state_name, state_timestamp,
      CASE WHEN state_type IN ('FAILED', 'CRASHED') THEN 'ValueError: boom' END, '{}', id ${those}`,
  ];
}

/** An id of another kind, derived from the number in a row's own id. */
function derivedId({ kind }: Dialect, letter: string): string {
  const tail = `'-0000-7000-8000-${letter.repeat(12)}'`;
  return kind === "sqlite" ? `substr(id, 1, 8) || ${tail}` : `CAST(substr(CAST(id AS text), 1, 8) || ${tail} AS uuid)`;
}

/** Task runs are distributed over the flow runs in turn, except for some, which belong to the large one. */
function ownerOf({ flowRuns, taskRuns }: HistorySize): string {
  return `CASE WHEN n % 125 = 5 THEN 2 ELSE 1 + n / ${Math.max(1, Math.floor(taskRuns / flowRuns))} % ${flowRuns} END`;
}

function taskRuns({ dialect, size, end, portion }: Making): string {
  const { id, idText, searchableJson } = dialect;
  const expected = moment(end, size.taskRuns);
  return `INSERT INTO task_run (id, created, updated, name, state_id, state_type, state_name, state_timestamp, run_count,
      expected_start_time, start_time, end_time, total_run_time, empirical_policy, tags, labels, flow_run_id, task_key,
      dynamic_key, task_inputs)
    SELECT ${id("b", "n")}, ${expected}, ${expected}, 'task-' || (n % 997), ${id("d", "n")}, ${stateType}, ${stateName},
      ${expected} + 60000000, 1 + n % 50 / 49, ${expected}, ${expected} + 1000000, ${expected} + 60000000, 59000000, '{}',
      ${searchableJson("[]")}, '{}', ${id("a", `(${ownerOf(size)})`)}, 'task-' || (n % 7), cast(n AS text),
      '{"x": [{"input_type": "task_run", "id": "' || ${idText("b", "abs(n - 10)")} || '"}]}'
    FROM ${dialect.numbers(portion)} AS series`;
}

function taskRunStates({ dialect, portion }: Making): readonly string[] {
  const those = `FROM task_run WHERE id BETWEEN ${dialect.id("b", String(portion.first))} AND ${dialect.id("b", String(portion.last))}`;
  const into = `INSERT INTO task_run_state (id, created, type, name, timestamp, message, state_details, task_run_id)`;
  return [
    `${into} SELECT ${derivedId(dialect, "3")}, created, 'RUNNING', 'Running', start_time, NULL, '{}', id ${those}`,
    `${into} SELECT state_id, created, state_type, state_name, state_timestamp, NULL, '{}', id ${those}`,
  ];
}

/** A tenth belongs to the first run; the others have about ten lines each. */
function logs({ dialect, size, end, portion }: Making): string {
  const { id } = dialect;
  const tenth = Math.floor(size.logs / 10);
  const ofFirst = `n <= ${tenth}`;
  const owner = `CASE WHEN ${ofFirst} THEN 1 ELSE 2 + n % ${Math.max(1, size.flowRuns - 1)} END`;
  const written = `CASE WHEN ${ofFirst} THEN ${moment(end, size.flowRuns, "1")} + n * 1000 ELSE ${moment(end, size.logs)} END`;
  const level = `CASE WHEN n = ${Math.floor(tenth * 0.7)} OR n % 500 = 499 AND NOT (${ofFirst}) THEN 40 ELSE 20 END`;
  return `INSERT INTO log (id, created, name, level, message, timestamp, flow_run_id, task_run_id)
    SELECT ${id("e", "n")}, ${written}, 'prefect.flow_runs', ${level},
      'Line ' || n || ' of a log that says what happens, more or less at the length of real lines', ${written},
      ${id("a", `(${owner})`)}, CASE WHEN n % 2 = 0 THEN ${id("b", `(n % ${size.taskRuns})`)} END
    FROM ${dialect.numbers(portion)} AS series`;
}

/** Three states of most task runs, some failures, and 25 names that programs invented. */
const eventName = `CASE WHEN n % 40 = 9 THEN 'order.kind-' || (n / 40 % 25) || '.paid' WHEN n % 50 = 7 THEN 'prefect.task-run.Failed'
  WHEN n % 3 = 1 THEN 'prefect.task-run.Pending' WHEN n % 3 = 2 THEN 'prefect.task-run.Running' ELSE 'prefect.task-run.Completed' END`;

/** Events of the newest task runs, because events are kept for days and runs for longer. */
function events({ dialect, size, end, portion }: Making): string {
  const { id, idText } = dialect;
  const task = `(${Math.max(0, size.taskRuns - size.events)} + n)`;
  const occurred = moment(end, Math.max(size.taskRuns, size.events), task);
  return `INSERT INTO event (id, occurred, received, event, resource_id, resource, related, payload, follows)
    SELECT ${id("9", "n")}, ${occurred}, ${occurred} + 5000, ${eventName},
      'prefect.task-run.' || ${idText("b", task)},
      '{"prefect.resource.id":"prefect.task-run.' || ${idText("b", task)} || '","prefect.state-type":"COMPLETED","prefect.state-name":"Completed"}',
      '[{"prefect.resource.id":"prefect.flow-run.' || ${idText("a", "n")} || '","prefect.resource.role":"flow-run"}]',
      '{"intended":{"from":"RUNNING","to":"COMPLETED"},"validated_state":{"type":"COMPLETED","name":"Completed","message":"","state_details":{}},"task_run":{"name":"task","task_key":"task","dynamic_key":"0","empirical_policy":{"retries":0},"tags":[],"labels":{},"task_inputs":{},"run_count":1}}',
      NULL
    FROM ${dialect.numbers(portion)} AS series`;
}

function eventResources({ dialect, portion }: Making): readonly string[] {
  const { id } = dialect;
  const those = `FROM event WHERE id BETWEEN ${id("9", String(portion.first))} AND ${id("9", String(portion.last))}`;
  const into = "INSERT INTO event_resource (resource_id, occurred, event_id)";
  const related = `substr(related, ${'[{"prefect.resource.id":"'.length + 1}, ${"prefect.flow-run.".length + 36})`;
  return [`${into} SELECT resource_id, occurred, id ${those}`, `${into} SELECT ${related}, occurred, id ${those}`];
}

/** Forty versions per key. */
function artifacts({ dialect, size, end, portion }: Making): readonly string[] {
  const { id } = dialect;
  const made = moment(end, size.artifacts);
  return [
    `INSERT INTO artifact (id, created, updated, key, type, data, flow_run_id, task_run_id)
      SELECT ${id("7", "n")}, ${made}, ${made}, CASE WHEN n % 5 > 0 THEN 'report-' || (n % ${Math.max(1, Math.floor(size.artifacts / 40))}) END,
        CASE WHEN n % 3 = 0 THEN 'markdown' ELSE 'table' END, '"# What was found, in some words"',
        ${id("a", `(1 + n * 7 % ${size.flowRuns})`)}, NULL
      FROM ${dialect.numbers(portion)} AS series`,
    portion.last === size.artifacts
      ? `INSERT INTO artifact_collection (id, created, updated, key, latest_id)
          SELECT id, created, updated, key, id FROM artifact AS latest WHERE key IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM artifact AS later WHERE later.key = latest.key AND later.created > latest.created)`
      : "SELECT 1",
  ];
}
