import type { RunCriteria } from "@ostinato/protocol";
import { type SqlBool, sql } from "kysely";
import { anyOf, type Condition, everything, join, lower, present, untilUnwanted } from "./conditions.queries.ts";
import type { FilterCondition } from "./criteria.queries.ts";
import { deploymentCondition } from "./deployments.queries.ts";
import { flowRunCondition } from "./flow-runs.queries.ts";
import { flowCondition } from "./flows.queries.ts";
import { taskRunCondition } from "./task-runs.queries.ts";
import { workPoolCondition, workQueueCondition } from "./work-pools.queries.ts";

/** The columns that hold the id of a row of another table. A foreign key always finds that row; other rows may be gone. */
const references = {
  "flow_run.flow_id": { to: "flow", isForeignKey: true },
  "flow_run.deployment_id": { to: "deployment", isForeignKey: false },
  "flow_run.work_queue_id": { to: "work_queue", isForeignKey: false },
  "task_run.flow_run_id": { to: "flow_run", isForeignKey: true },
  "deployment.flow_id": { to: "flow", isForeignKey: true },
  "deployment.work_queue_id": { to: "work_queue", isForeignKey: true },
  "work_queue.work_pool_id": { to: "work_pool", isForeignKey: true },
  "artifact.flow_run_id": { to: "flow_run", isForeignKey: false },
  "artifact.task_run_id": { to: "task_run", isForeignKey: false },
} as const;

/** The table that each kind of criteria asks about. */
const tables = {
  flows: "flow",
  flow_runs: "flow_run",
  task_runs: "task_run",
  deployments: "deployment",
  work_pools: "work_pool",
  work_pool_queues: "work_queue",
} as const satisfies Readonly<Record<Kind, Table>>;

const conditions: { readonly [K in Kind]: FilterCondition<NonNullable<RunCriteria[K]>> } = {
  flows: flowCondition,
  flow_runs: flowRunCondition,
  task_runs: taskRunCondition,
  deployments: deploymentCondition,
  work_pools: workPoolCondition,
  work_pool_queues: workQueueCondition,
};

/**
 * The way from a row to the rows that criteria of another kind ask about, as steps along the references. Paths that begin
 * alike mean the same rows: a flow is found by `flow_runs` and `task_runs` where one of its runs meets both. A path that
 * goes `apart` means rows of its own, as on Prefect's server.
 */
const paths = {
  flow: {
    flow_runs: ["flow_run"],
    task_runs: ["flow_run", "task_run"],
    deployments: ["deployment"],
    work_pools: { apart: ["deployment", "work_queue", "work_pool"] },
  },
  flow_run: {
    flows: ["flow"],
    task_runs: ["task_run"],
    deployments: ["deployment"],
    work_pool_queues: ["work_queue"],
    work_pools: ["work_queue", "work_pool"],
  },
  task_run: {
    flow_runs: ["flow_run"],
    flows: ["flow_run", "flow"],
    deployments: ["flow_run", "deployment"],
  },
  deployment: {
    flows: ["flow"],
    flow_runs: ["flow_run"],
    task_runs: ["flow_run", "task_run"],
    work_pool_queues: ["work_queue"],
    work_pools: ["work_queue", "work_pool"],
  },
  artifact: {
    flow_runs: ["flow_run"],
    flows: ["flow_run", "flow"],
    deployments: ["flow_run", "deployment"],
    task_runs: ["task_run"],
  },
} as const satisfies {
  readonly [From in Table]?: { readonly [K in Kind]?: PathTo<From, K> | { readonly apart: PathTo<From, K> } };
};

type Kind = keyof RunCriteria;
type Column = keyof typeof references;
type TableOf<C> = C extends `${infer T}.${string}` ? T : never;
type Table = TableOf<Column> | (typeof references)[Column]["to"];
type Neighbour<From extends Table> = {
  [C in Column]: TableOf<C> extends From
    ? (typeof references)[C]["to"]
    : (typeof references)[C]["to"] extends From
      ? TableOf<C>
      : never;
}[Column];
type Path<A extends Table> = {
  [B in Neighbour<A>]: readonly [B] | Path2<B>;
}[Neighbour<A>];
type Path2<B extends Table> = { [C in Neighbour<B>]: readonly [B, C] | Path3<B, C> }[Neighbour<B>];
type Path3<B extends Table, C extends Table> = { [D in Neighbour<C>]: readonly [B, C, D] }[Neighbour<C>];
type PathTo<From extends Table, K extends Kind> = Extract<Path<From>, readonly [...Table[], (typeof tables)[K]]>;

/** A table that can be searched by criteria, because it has paths. */
export type Root = keyof typeof paths;

/** The criteria that narrow a query over a table: of its own kind, and of those that a path leads to. Others don't compile. */
export type CriteriaOn<R extends Root> = {
  readonly [K in Kind]?: K extends keyof (typeof paths)[R] | OwnKind<R> ? RunCriteria[K] : undefined;
};
type OwnKind<R> = { [K in Kind]: (typeof tables)[K] extends R ? K : never }[Kind];

/** The WHERE of a query over a table: one condition on its rows, with EXISTS for the criteria of other kinds. */
export function matching<R extends Exclude<Root, "artifact">>(root: R, criteria: CriteriaOn<R>): Condition | undefined {
  const own = ownKinds[root];
  return join([asked(own, criteria[own]), related(root, criteria)], "and_");
}

/** The same without the criteria of the table's own kind. */
export function related<R extends Root>(root: R, criteria: CriteriaOn<R>): Condition | undefined {
  return join(
    steps[root].map((step) => narrowedBy(step, criteria)),
    "and_",
  );
}

/** Whether any criterion narrows the query. */
export function isNarrowed(criteria: RunCriteria): boolean {
  return kinds.some((kind) => present(criteria[kind]));
}

const kinds = Object.keys(tables) as Kind[];
const ownKinds = { flow: "flows", flow_run: "flow_runs", task_run: "task_runs", deployment: "deployments" } as const;

/** A way along a path that has not been gone yet. */
interface Way {
  readonly kind: Kind;
  readonly path: readonly Table[];
  readonly isApart: boolean;
}

/** One step of all paths that begin alike. */
interface Step {
  readonly to: Table;
  readonly column: Column;
  /** The row that the step leaves has the column; otherwise the rows that it reaches have it. */
  readonly isForward: boolean;
  /** The criteria that are asked of the rows that it reaches. */
  readonly kind: Kind | undefined;
  readonly next: readonly Step[];
}

const steps = Object.fromEntries(
  Object.entries(paths).map(([root, byKind]) => [root, stepsFrom(root as Table, waysOf(byKind))]),
) as unknown as Readonly<Record<Root, readonly Step[]>>;

function waysOf(byKind: Readonly<Record<string, readonly Table[] | { readonly apart: readonly Table[] }>>): Way[] {
  return Object.entries(byKind).map(([kind, path]) => {
    const isApart = "apart" in path;
    return { kind: kind as Kind, path: isApart ? path.apart : path, isApart };
  });
}

function stepsFrom(from: Table, ways: readonly Way[]): readonly Step[] {
  const alike = Map.groupBy(ways, (way) => (way.isApart ? way : way.path[0]));
  return Array.from(alike.values(), (group) => {
    const [to] = group.flatMap(({ path }) => path.slice(0, 1)) as [Table, ...Table[]];
    const further = group.flatMap(({ kind, path: [, ...path] }) =>
      path.length === 0 ? [] : [{ kind, path, isApart: false }],
    );
    const kind = group.find(({ path }) => path.length === 1)?.kind;
    return { to, ...referenceBetween(from, to), kind, next: stepsFrom(to, further) };
  });
}

function referenceBetween(from: Table, to: Table): Pick<Step, "column" | "isForward"> {
  for (const [column, { to: referred }] of Object.entries(references) as [Column, { to: Table }][]) {
    const [holder] = column.split(".");
    if (holder === from && referred === to) return { column, isForward: true };
    if (holder === to && referred === from) return { column, isForward: false };
  }
  throw new Error(`No column refers from ${from} to ${to}, nor from ${to} to ${from}`);
}

function narrowedBy(step: Step, criteria: RunCriteria): Condition | undefined {
  const filter = step.kind && criteria[step.kind];
  const these = isSure(step) ? oneOfThese(step.column, filter) : undefined;
  const own = step.kind && asked(step.kind, these === undefined ? filter : withoutIds(filter));
  const all = join([own, ...step.next.map((next) => narrowedBy(next, criteria))], "and_");
  // Criteria that only list ids do not need the rows of these ids.
  const others = these !== undefined && all === everything ? undefined : all;
  return join([these, others && exists(step, others)], "and_");
}

function isSure({ column, isForward }: Step): boolean {
  return isForward && references[column].isForeignKey;
}

interface OfIds {
  readonly operator?: "and_" | "or_" | null;
  readonly id?: { readonly any_?: readonly string[] | null } | null;
}

/** Rows that refer to one of these ids: an index on the row's own column finds them, and nothing else need be looked at. */
function oneOfThese(column: string, filter: OfIds | null | undefined): Condition | undefined {
  return filter?.operator === "or_" ? undefined : anyOf(column, lower(filter?.id?.any_));
}

function withoutIds<F extends OfIds>(filter: F | null | undefined): F | null | undefined {
  return filter && { ...filter, id: { ...filter.id, any_: null } };
}

function exists({ to, column, isForward }: Step, condition: Condition): Condition {
  const from = isForward ? column.split(".")[0] : references[column].to;
  const id = sql.ref(`${isForward ? to : from}.id`);
  return sql<SqlBool>`EXISTS (SELECT 1 FROM ${sql.table(to)} WHERE ${id} = ${sql.ref(column)} AND ${condition})`;
}

/** Kinds with many rows. */
const searched: ReadonlySet<Kind> = new Set(["flows", "flow_runs", "task_runs"]);

function asked(kind: Kind, filter: RunCriteria[Kind]): Condition | undefined {
  const condition = (conditions[kind] as FilterCondition<object>)(filter);
  return searched.has(kind) ? untilUnwanted(tables[kind], condition) : condition;
}
