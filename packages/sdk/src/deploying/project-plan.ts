import type { Deployment, filterDeployments, readFlow, WorkPool } from "@ostinato/protocol";
import type { Automation } from "../automations/automation.ts";
import { UsageError } from "../errors.ts";
import type { FileDescription } from "../serving/run-job.ts";
import type { Api } from "../session/roles.ts";
import { automationDeletions, planAutomation } from "./automation-plan.ts";
import { deployableOfFile } from "./deployables.ts";
import { type DeploymentPlan, planDeletion, planDeployment, readDeployRecord } from "./deployment-plan.ts";
import type { Plan } from "./plan.ts";
import type { Project, ProjectEntry } from "./project.ts";
import type { Deployable } from "./wanted-deployment.ts";
import { missingWorkers, requireWorkPool } from "./work-pool.ts";

type Server = Pick<Api, "client" | "server">;

export interface ProjectPlanOptions {
  readonly project: string;
  /** The folder from which relative folders and entrypoints start. */
  readonly base: string;
  readonly overwrite: boolean;
  /** Whether deployments of the project are deleted that `entries` do not have. */
  readonly prune: boolean;
  /** Tells which flows a file has. It is asked once for each file. */
  readonly describe: (file: string) => Promise<FileDescription>;
}

export interface ProjectPlan {
  readonly plans: readonly DeploymentPlan[];
  readonly automations: readonly Plan[];
  /** Why some deployments or automations can't be made. Nothing should be applied then. */
  readonly problems: readonly string[];
  /** What runs of the deployments will meet. */
  readonly warnings: readonly string[];
}

/** Compares the deployments and the automations of a project with those of the server, and changes nothing. */
export async function planProject(
  api: Server,
  { entries, automations }: Pick<Project, "entries" | "automations">,
  options: ProjectPlanOptions,
): Promise<ProjectPlan> {
  const planner = new ProjectPlanner(api, options);
  const problems: string[] = [];
  const plans = await plannedOf(entries, (entry) => planner.plan(entry), problems);
  const { overwrite, project, prune } = options;
  const automationOptions = { overwrite, project, deployments: plans.map(({ name }) => name) };
  const planOne = (automation: Automation) => planAutomation(api, automation, automationOptions);
  const automationPlans = await plannedOf(automations, planOne, problems);
  if (prune && problems.length === 0) {
    plans.push(...(await deletions(api, plans, project)));
    const names = automations.map(({ name }) => name);
    automationPlans.push(...(await automationDeletions(api, project, names)));
  }
  return { plans, automations: automationPlans, problems, warnings: await planner.warnings() };
}

/** The plans, without those of what is wrong, of which the problems are told all at once. */
async function plannedOf<T, P>(given: readonly T[], plan: (one: T) => Promise<P>, problems: string[]): Promise<P[]> {
  const plans: P[] = [];
  for (const one of given) {
    try {
      plans.push(await plan(one));
    } catch (error) {
      if (!isOfUser(error)) throw error;
      problems.push(error.message);
    }
  }
  return plans;
}

function isOfUser(error: unknown): error is Error {
  return error instanceof UsageError || (error instanceof Error && error.name === "PullStepError");
}

class ProjectPlanner {
  readonly #api: Server;
  readonly #options: ProjectPlanOptions;
  readonly #pools = new Map<string, WorkPool>();
  readonly #descriptions = new Map<string, Promise<FileDescription>>();
  readonly #names = new Set<string>();

  constructor(api: Server, options: ProjectPlanOptions) {
    this.#api = api;
    this.#options = options;
  }

  async plan({ options, pullSteps }: ProjectEntry): Promise<DeploymentPlan> {
    const { base, overwrite, project } = this.#options;
    const deployable = await deployableOfFile(options, { base, pullSteps, describe: (file) => this.#describe(file) });
    this.#refuseEqualName(deployable);
    const pool = await this.#pool(options.workPool);
    return await planDeployment(this.#api, { deployable, pool }, { overwrite, project });
  }

  async warnings(): Promise<readonly string[]> {
    const warnings = await Promise.all([...this.#pools.values()].map((pool) => missingWorkers(this.#api, pool)));
    return warnings.filter((warning) => warning !== undefined);
  }

  /** Each file is loaded once, however many deployments it has. */
  #describe(file: string): Promise<FileDescription> {
    const known = this.#descriptions.get(file) ?? this.#options.describe(file);
    this.#descriptions.set(file, known);
    return known;
  }

  async #pool(name: string): Promise<WorkPool> {
    const pool = this.#pools.get(name) ?? (await requireWorkPool(this.#api, name));
    this.#pools.set(name, pool);
    return pool;
  }

  #refuseEqualName({ flow, options }: Deployable): void {
    const name = `${flow.name}/${options.name}`;
    if (this.#names.has(name)) throw new UsageError(`There are two deployments "${name}"; give each another name`);
    this.#names.add(name);
  }
}

const pageSize = 200;

/** The plans to delete the project's deployments that are not planned any more. */
async function deletions(
  { client }: Server,
  plans: readonly DeploymentPlan[],
  project: string,
): Promise<readonly DeploymentPlan[]> {
  const wanted = new Set(plans.map(({ name }) => name));
  const found: DeploymentPlan[] = [];
  for (let offset = 0; ; offset += pageSize) {
    const rows = await client.call<typeof filterDeployments>("POST /deployments/filter", {
      body: { sort: "NAME_ASC", limit: pageSize, offset },
      retries: 1,
    });
    for (const row of rows) {
      const name = `${await flowNameOf({ client }, row)}/${row.name}`;
      if (wanted.has(name)) continue;
      if ((await readDeployRecord({ client }, row.id))?.project === project)
        found.push(planDeletion({ client }, { id: row.id, name }));
    }
    if (rows.length < pageSize) return found;
  }
}

async function flowNameOf({ client }: Pick<Api, "client">, { flow_id: id }: Deployment): Promise<string> {
  return (await client.call<typeof readFlow>("GET /flows/{id}", { params: { id } })).name;
}
