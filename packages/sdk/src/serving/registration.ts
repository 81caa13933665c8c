import { relative, sep } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { durationSeconds, jsonText, parseJson } from "@ostinato/core";
import type {
  ConcurrencyOptions,
  createDeployment,
  Deployment,
  DeploymentCreate,
  readDeployment,
  updateDeployment,
} from "@ostinato/protocol";
import type { DeploymentOptions } from "../flow/deployment-options.ts";
import { redactInside } from "../secrets/redaction.ts";
import type { Api } from "../session/roles.ts";
import { findDeployment } from "./deployment-lookup.ts";
import { sameSchedules, schedulesOf } from "./deployment-schedules.ts";
import { planTriggers } from "./deployment-triggers.ts";
import type { DescribedFlow } from "./run-job.ts";

/** A flow as it is registered. */
export interface ServedFlow extends DescribedFlow {
  readonly id: string;
  /** The file that is loaded in the process of a run. */
  readonly file: string;
}

/**
 * Registers the deployment, or changes the one of that name to what the options say. What they do not say stays as it is, such as a schedule
 * that somebody has paused; where nothing differs nothing is written.
 */
export async function registerDeployment(
  { client }: Pick<Api, "client">,
  flow: ServedFlow,
  { options, resume }: { readonly options: DeploymentOptions; readonly resume: boolean },
): Promise<Deployment> {
  const row = await registerRow({ client }, flow, { options, resume });
  await (await planTriggers({ client }, { id: row.id, name: `${flow.name}/${row.name}` }, options)).apply();
  return row;
}

async function registerRow(
  { client }: Pick<Api, "client">,
  flow: ServedFlow,
  { options, resume }: { readonly options: DeploymentOptions; readonly resume: boolean },
): Promise<Deployment> {
  const existing = await findDeployment({ client }, flow.name, options.name);
  const wanted = { ...servedDefinition(flow, options), schedules: [...schedulesOf(options, existing?.schedules)] };
  if (existing === undefined) {
    return await client.call<typeof createDeployment>("POST /deployments/", {
      body: { ...wanted, name: options.name, flow_id: flow.id },
    });
  }
  const change = { ...changes(wanted, existing), ...(resume && existing.paused ? { paused: false } : {}) };
  if (Object.keys(change).length === 0) return existing;
  const params = { id: existing.id };
  await client.call<typeof updateDeployment>("PATCH /deployments/{id}", { params, body: change });
  return await client.call<typeof readDeployment>("GET /deployments/{id}", { params });
}

type Definition = Omit<DeploymentCreate, "name" | "flow_id" | "schedules">;

function servedDefinition(flow: ServedFlow, options: DeploymentOptions): Definition {
  return { ...optionsDefinition(flow, options), entrypoint: entrypointOf(flow), work_pool_name: null };
}

/** What the options say of a deployment of the flow, but for its schedules. */
export function optionsDefinition(flow: DescribedFlow, options: DeploymentOptions) {
  const { concurrency } = options;
  const limit = typeof concurrency === "object" ? concurrency.limit : concurrency;
  return redactInside({
    version: options.version ?? flow.version,
    description: options.description ?? flow.description ?? null,
    tags: [...(options.tags ?? [])],
    parameters: { ...options.parameters },
    parameter_openapi_schema: flow.parameterSchema ?? null,
    enforce_parameter_schema: flow.isOwnSchema,
    concurrency_limit: limit ?? null,
    concurrency_options: concurrencyOptionsOf(concurrency),
    run_policy: {
      missed: options.missed ?? null,
      expire_after_seconds: secondsOf(options.expireAfter),
      on_crash: options.onCrash ?? null,
      max_restarts: options.maxRestarts ?? null,
    },
  } satisfies Definition);
}

function concurrencyOptionsOf(concurrency: DeploymentOptions["concurrency"]): ConcurrencyOptions | null {
  if (typeof concurrency !== "object") return null;
  const { strategy = "enqueue", gracePeriod } = concurrency;
  return {
    collision_strategy: strategy === "enqueue" ? "ENQUEUE" : "CANCEL_NEW",
    ...(gracePeriod === undefined ? {} : { grace_period_seconds: Math.round(durationSeconds(gracePeriod)) }),
  };
}

function secondsOf(duration: DeploymentOptions["expireAfter"]): number | null {
  return duration === undefined ? null : durationSeconds(duration);
}

/** `flows/train.ts:train`, from the working directory where the file is below it. */
function entrypointOf({ file, name }: Pick<ServedFlow, "file" | "name">): string {
  const below = relative(process.cwd(), file);
  return `${below.startsWith("..") ? file : below.replaceAll(sep, "/")}:${name}`;
}

/** The fields of the wanted deployment that the existing one says otherwise. */
function changes(
  { schedules, ...wanted }: Definition & Required<Pick<DeploymentCreate, "schedules">>,
  existing: Deployment,
): Partial<DeploymentCreate> {
  const present: Readonly<Record<string, unknown>> = presentFields(existing);
  const given: Readonly<Record<string, unknown>> = { ...wanted, run_policy: withoutNulls(wanted.run_policy) };
  const differing = Object.keys(wanted).filter((field) => !isDeepStrictEqual(asJson(given[field]), present[field]));
  return {
    ...Object.fromEntries(Object.entries(wanted).filter(([field]) => differing.includes(field))),
    ...(sameSchedules(schedules, existing.schedules) ? {} : { schedules }),
  };
}

/** The fields of a deployment as a request says them. */
export function presentFields(existing: Deployment) {
  return {
    ...existing,
    concurrency_limit: existing.global_concurrency_limit?.limit ?? null,
    run_policy: withoutNulls(existing.run_policy),
  };
}

/** Null stands for what is not said. */
export function withoutNulls(value: object | null | undefined): object {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, item]) => item !== null));
}

/** The value as it comes back from the server. */
export function asJson(value: unknown): unknown {
  const text = jsonText(value);
  return text === undefined ? undefined : parseJson(text);
}
