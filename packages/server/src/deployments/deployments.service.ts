import { timeOrderedId } from "@ostinato/core";
import type { BodyOf, Deployment, DeploymentCreate, filterDeployments, paginateDeployments } from "@ostinato/protocol";
import type { CriteriaOn } from "../criteria/related.queries.ts";
import { readJson, storable, writeJson, writeOptionalJson } from "../db/json-text.ts";
import { parametersText } from "../flow-runs/parameters.service.ts";
import { checkDeployment } from "../job-templates/job-templates.service.ts";
import type { Context } from "../kernel/context.ts";
import { absent, conflict } from "../kernel/errors.ts";
import { checkAnswerSize, paginate, readLimit } from "../kernel/paging.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { presentDeployment } from "./deployments.presenter.ts";
import * as queries from "./deployments.queries.ts";
import { type GivenColumns, givenColumns } from "./given-columns.presenter.ts";
import { checkSchedules, newSchedules, refuseEqualSlugs } from "./new-schedules.service.ts";
import { limitColumns, putLimit, queueColumns, refuseMissingBlocks, refuseTwoLimits } from "./references.service.ts";
import { checkNewParameters } from "./run-parameters.rules.ts";
import { deleteSchedules, insertSchedules, schedulesOf } from "./schedules.queries.ts";
import { planAhead } from "./scheduling.service.ts";
import { settle } from "./settling.service.ts";
import { whole, wholes, wholeWith } from "./whole.service.ts";

/** Creates the deployment, or gives the one of the flow that has the name what the request says. */
export async function create(
  context: Context,
  given: DeploymentCreate,
): Promise<{ readonly deployment: Deployment; readonly made: boolean }> {
  refuseTwoLimits(given);
  const parameters = given.parameters ?? {};
  // As in Prefect, only where the request says so itself; a run is held against the schema in any case.
  if (given.enforce_parameter_schema === true) {
    checkNewParameters(parameters, writeOptionalJson(given.parameter_openapi_schema));
  }
  const text = parametersText(parameters);
  checkSchedules(given.schedules, context.clock.now());
  return unit(context, async (unit) => {
    const { id, before } = await put(unit, given, text);
    const settled = await settle(unit, id, { before, versionInfo: given.version_info, drop: "future" });
    const schedules = await planAhead(unit, settled);
    return {
      deployment: presentDeployment(await wholeWith(unit.tx, { ...settled, schedules }, context.clock.now())),
      made: before === undefined,
    };
  });
}

/** Writes the row and its schedules. `before` is what stood there. */
async function put(unit: Unit, given: DeploymentCreate, parameters: string) {
  const { tx, context } = unit;
  const now = context.clock.now();
  const queue = await queueColumns(unit, given, "create");
  await checkDeployment(unit, given, "create");
  const limit = await limitColumns(unit, given);
  await refuseMissingBlocks(tx, given);
  const name = storable(given.name);
  const [flow, known] = await Promise.all([
    queries.flowById(tx, given.flow_id),
    queries.namesakeForChange(tx, given.flow_id, name),
  ]);
  if (flow === undefined) throw conflict(`flow_id: there is no flow ${given.flow_id}.`);
  const said = {
    ...givenColumns(given),
    ...queue,
    ...limit,
    labels: writeJson({ ...readJson<object>(flow.labels), "prefect.flow.id": flow.id, ...given.labels }),
    parameters,
    updated_by: writeOptionalJson(context.actor.createdBy),
    updated: now,
  };
  const first = {
    ...unsaid,
    ...said,
    id: timeOrderedId(now),
    flow_id: flow.id,
    name,
    created: now,
    created_by: said.updated_by,
  };
  const made = known === undefined && (await queries.insertDeployment(tx, first));
  // Another request may have made it meanwhile.
  const before = made ? undefined : (known ?? (await queries.namesakeForChange(tx, flow.id, name)));
  if (before !== undefined) await replace(unit, before, said);
  const id = before?.id ?? first.id;
  await putLimit(unit, { id, had: (before?.concurrency_limit_id ?? null) !== null }, given);
  const schedules = newSchedules({ deploymentId: id, given: given.schedules ?? [], now, place: ["schedules"] });
  refuseEqualSlugs(schedules);
  await insertSchedules(unit.later, schedules);
  return { id, before };
}

/** The schedules of the request take the place of all that were there. */
async function replace({ tx }: Unit, { id }: queries.DeploymentRow, columns: GivenColumns): Promise<void> {
  await queries.updateDeployment(tx, id, columns);
  const old = await schedulesOf(tx, [id]);
  await deleteSchedules(
    tx,
    old.map((row) => row.id),
  );
}

/** What a new deployment is where the request does not say it. */
const unsaid = {
  tags: "[]",
  paused: 0,
  enforce_parameter_schema: 1,
  parameter_openapi_schema: "{}",
  pull_steps: "[]",
  job_variables: "{}",
  run_policy: "{}",
  status: "NOT_READY",
} as const;

export async function read(context: Context, id: string): Promise<Deployment> {
  return presentOne(context, await queries.deploymentById(context.db.read, id));
}

export async function readByName(
  context: Context,
  names: { readonly flow_name: string; readonly deployment_name: string },
): Promise<Deployment> {
  const { flow_name: flow, deployment_name: deployment } = names;
  return presentOne(context, await queries.deploymentByNames(context.db.read, { flow, deployment }));
}

async function presentOne({ db, clock }: Context, row: queries.DeploymentRow | undefined): Promise<Deployment> {
  if (row === undefined) throw absent("Deployment");
  return presentDeployment(await whole(db.read, row, clock.now()));
}

/** The deployments with these ids, in no order; ids that are gone are left out. */
export async function readMany(context: Context, ids: readonly string[]): Promise<readonly Deployment[]> {
  return presentMany(context, await queries.deploymentsByIds(context.db.read, ids));
}

export function count({ db }: Context, criteria: CriteriaOn<"deployment">): Promise<number> {
  return queries.countDeployments(db, criteria);
}

export async function filter(context: Context, body: BodyOf<typeof filterDeployments>): Promise<Deployment[]> {
  const { sort, limit, offset, ...criteria } = body;
  const query = { ...criteria, sort: sort ?? "NAME_ASC", limit: readLimit(limit), offset: offset ?? 0 } as const;
  return presentMany(context, await queries.findDeployments(context.db, query));
}

export function page(context: Context, body: BodyOf<typeof paginateDeployments>) {
  const { limit, page: number, ...query } = body;
  return paginate(
    { limit, page: number },
    (size, offset) => filter(context, { ...query, limit: size, offset }),
    () => count(context, query),
  );
}

async function presentMany({ db, clock }: Context, rows: readonly queries.DeploymentRow[]): Promise<Deployment[]> {
  checkAnswerSize(
    rows.map(({ parameters, parameter_openapi_schema: schema }) => parameters.length + (schema?.length ?? 0)),
  );
  return (await wholes(db.read, rows, clock.now())).map(presentDeployment);
}

export { change, pause, resume } from "./changes.service.ts";
export { remove, removeMatching } from "./deletion.service.ts";
