import { isDeepStrictEqual } from "node:util";
import type {
  createDeployment,
  Deployment,
  deleteDeployment,
  listDeploymentVersions,
  readDeployment,
  updateDeployment,
  WorkPool,
} from "@ostinato/protocol";
import { findDeployment } from "../serving/deployment-lookup.ts";
import { schedulesOf } from "../serving/deployment-schedules.ts";
import { planTriggers } from "../serving/deployment-triggers.ts";
import { registerFlow } from "../serving/flow-registration.ts";
import type { Api } from "../session/roles.ts";
import { uploadCode } from "./code-upload.ts";
import { type Definition, differencesOf, digestsOf, type Written } from "./deployment-differences.ts";
import type { Plan } from "./plan.ts";
import { type Deployable, wantedDefinition } from "./wanted-deployment.ts";

/** What a deploy is going to do with a deployment. */
export interface DeploymentPlan extends Plan {
  /** Does it. Undefined for a deployment that was deleted. */
  apply(): Promise<Deployment | undefined>;
}

export interface PlanOptions {
  readonly overwrite: boolean;
  /** Whose deployment it is, so that it can be told when it is no longer one of them. */
  readonly project?: string | undefined;
}

/** Compares the deployment with the server's, and changes nothing. */
export async function planDeployment(
  api: Pick<Api, "client" | "server">,
  { deployable, pool }: { readonly deployable: Deployable; readonly pool: WorkPool },
  options: PlanOptions,
): Promise<DeploymentPlan> {
  const { flow, options: given } = deployable;
  const existing = await findDeployment(api, flow.name, given.name);
  const schedules = [...schedulesOf(given, existing?.schedules)];
  const wanted = { ...wantedDefinition(deployable, pool), schedules };
  const planned = { name: `${flow.name}/${given.name}`, deployable, wanted, options };
  return existing === undefined ? creation(api, planned) : await changeOf(api, planned, existing);
}

/** The plan to delete a deployment. */
export function planDeletion(
  { client }: Pick<Api, "client">,
  { id, name }: { readonly id: string; readonly name: string },
): DeploymentPlan {
  return {
    name,
    action: "delete",
    changes: [],
    kept: [],
    async apply() {
      await client.call<typeof deleteDeployment>("DELETE /deployments/{id}", { params: { id } });
      return undefined;
    },
  };
}

interface DeployRecord {
  readonly project: string | undefined;
  readonly written: Written;
}

/** What the last deploy wrote; undefined where it was not a deploy that wrote last. */
export async function readDeployRecord({ client }: Pick<Api, "client">, id: string): Promise<DeployRecord | undefined> {
  const { results } = await client.call<typeof listDeploymentVersions>("GET /ui/deployments/{id}/versions", {
    params: { id },
    query: { limit: 1 },
  });
  const info = results[0]?.version_info as Partial<ReturnType<typeof recordOf>> | null | undefined;
  if (info?.type !== recordType || typeof info.written !== "object") return undefined;
  return { project: info.project, written: info.written };
}

interface Planned {
  readonly name: string;
  readonly deployable: Deployable;
  readonly wanted: Definition;
  readonly options: PlanOptions;
}

const recordType = "ostinato:deploy";

function recordOf({ wanted, options: { project } }: Planned, written: Written) {
  return { type: recordType, version: wanted.version ?? "", ...(project === undefined ? {} : { project }), written };
}

function creation(api: Pick<Api, "client" | "server">, planned: Planned): DeploymentPlan {
  const { name, deployable, wanted } = planned;
  const { triggers = [] } = deployable.options;
  const fields = Object.entries({ ...wanted, triggers }).filter(([, value]) => !isEmpty(value));
  return {
    name,
    action: "create",
    changes: fields.map(([field, after]) => ({ field, before: undefined, after })),
    kept: [],
    async apply() {
      await uploadCode(deployable);
      const flow_id = await registerFlow(api, deployable.flow);
      const row = await api.client.call<typeof createDeployment>("POST /deployments/", {
        body: { ...wanted, name: deployable.options.name, flow_id, version_info: recordOf(planned, digestsOf(wanted)) },
      });
      if (triggers.length > 0) await (await planTriggers(api, { id: row.id, name }, { triggers })).apply();
      return row;
    },
  };
}

function isEmpty(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    (typeof value === "object" && Object.values(value).every((item) => item === null))
  );
}

async function changeOf(
  api: Pick<Api, "client" | "server">,
  planned: Planned,
  existing: Deployment,
): Promise<DeploymentPlan> {
  const { name, deployable, wanted, options } = planned;
  const { client } = api;
  const before = await readDeployRecord(api, existing.id);
  const { overwrite } = options;
  const { change, changes, kept, written } = differencesOf({ wanted, existing, written: before?.written, overwrite });
  const triggers = await planTriggers(api, { id: existing.id, name }, deployable.options);
  const allChanges = triggers.isSame
    ? changes
    : [...changes, { field: "triggers", before: triggers.before, after: triggers.after }];
  const isRecorded = before?.project === options.project && isDeepStrictEqual(before?.written, written);
  return {
    name,
    action: allChanges.length === 0 ? "unchanged" : "change",
    changes: allChanges,
    kept,
    async apply() {
      await uploadCode(deployable);
      await triggers.apply();
      if (changes.length === 0 && isRecorded) return existing;
      await registerFlow(api, deployable.flow);
      const params = { id: existing.id };
      const body = { ...change, version_info: recordOf(planned, written) };
      await client.call<typeof updateDeployment>("PATCH /deployments/{id}", { params, body });
      return await client.call<typeof readDeployment>("GET /deployments/{id}", { params });
    },
  };
}
