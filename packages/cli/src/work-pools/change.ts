import { ApiError, type Client } from "@ostinato/client";
import { didYouMean } from "@ostinato/core";
import { workerCommand } from "@ostinato/job-templates/worker-command";
import { workerType, workerTypes } from "@ostinato/job-templates/worker-types";
import { createWorkPool, readWorkPool, updateWorkPool, type WorkPool, type WorkPoolUpdate } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError, usageError } from "../errors.ts";
import { readJsonObject } from "../json-option.ts";
import { say, sayJson } from "../output/output.ts";
import { findPool } from "./find.ts";

interface Json {
  readonly json?: boolean;
}

export interface PoolFields extends Json {
  readonly type?: string;
  readonly description?: string;
  readonly baseJobTemplate?: string;
  readonly concurrencyLimit?: number;
  readonly paused?: boolean;
}

export function create(name: string, { type = "process", paused, json, ...fields }: PoolFields): Promise<void> {
  const template = fields.baseJobTemplate === undefined ? templateOf(type) : templateIn(fields.baseJobTemplate);
  return withServer(async ({ client }) => {
    const body = {
      name,
      type,
      base_job_template: template,
      is_paused: paused === true,
      description: fields.description ?? null,
      concurrency_limit: fields.concurrencyLimit ?? null,
    };
    const pool = await client.call(createWorkPool, { body }).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 409) {
        throw new CliError(
          `There is a work pool ${JSON.stringify(name)} already: "ostinato work-pool update" changes it.`,
        );
      }
      throw error;
    });
    if (json) sayJson(pool);
    else say(`Work pool ${name} (${type}) is created. Start a worker: ${workerCommand({ name, type })}`);
  });
}

export function update(name: string, { json, ...fields }: PoolFields): Promise<void> {
  const change: WorkPoolUpdate = {
    ...(fields.description === undefined ? {} : { description: fields.description }),
    ...(fields.baseJobTemplate === undefined ? {} : { base_job_template: templateIn(fields.baseJobTemplate) }),
    ...(fields.concurrencyLimit === undefined ? {} : { concurrency_limit: fields.concurrencyLimit }),
  };
  if (Object.keys(change).length === 0) {
    throw usageError("Nothing to change: give --description, --base-job-template or --concurrency-limit.");
  }
  return withServer(async ({ client }) => tell(await changed(client, name, change), { json, words: "is changed" }));
}

export function pause(name: string, { json }: Json): Promise<void> {
  return withServer(async ({ client }) => {
    const pool = await changed(client, name, { is_paused: true });
    tell(pool, { json, words: 'is paused: no run of it starts until "ostinato work-pool resume"' });
  });
}

export function resume(name: string, { json }: Json): Promise<void> {
  return withServer(async ({ client }) =>
    tell(await changed(client, name, { is_paused: false }), { json, words: "starts runs again" }),
  );
}

export function setLimit(name: string, limit: number | null, { json }: Json): Promise<void> {
  return withServer(async ({ client }) => {
    const pool = await changed(client, name, { concurrency_limit: limit });
    tell(pool, { json, words: limit === null ? "has no limit" : `has a limit of ${limit}` });
  });
}

async function changed(client: Client, name: string, body: WorkPoolUpdate): Promise<WorkPool> {
  const params = { name: (await findPool(client, name)).name };
  await client.call(updateWorkPool, { params, body });
  return await client.call(readWorkPool, { params });
}

function tell(pool: WorkPool, { json, words }: { readonly json: boolean | undefined; readonly words: string }): void {
  if (json) sayJson(pool);
  else say(`Work pool ${pool.name} ${words}.`);
}

function templateOf(type: string) {
  const known = workerType(type);
  if (known !== undefined) return { ...known.default_base_job_configuration };
  const types = workerTypes.map((one) => one.type);
  throw usageError(
    `There is no type of work pools ${JSON.stringify(type)}.${didYouMean(type, types) || ` There are: ${types.join(", ")}.`} A pool of another type needs a --base-job-template.`,
  );
}

function templateIn(text: string) {
  return readJsonObject("--base-job-template", text);
}
