import { ApiError, type Client } from "@ostinato/client";
import {
  createConcurrencyLimit,
  deleteConcurrencyLimit,
  type GlobalConcurrencyLimit,
  readConcurrencyLimit,
  updateConcurrencyLimit,
} from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError, usageError } from "../errors.ts";
import { confirmed } from "../output/confirm.ts";
import { note, say, sayJson } from "../output/output.ts";
import { findLimit } from "./find.ts";
import { slotsText } from "./list.ts";

export interface LimitFields {
  readonly limit?: number;
  readonly decay?: number;
  readonly enable?: boolean;
  readonly disable?: boolean;
  readonly json?: boolean;
}

interface Sure {
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function create(name: string, { limit = 1, decay, json }: LimitFields): Promise<void> {
  return withServer(async ({ client }) => {
    const body = { name, limit, slot_decay_per_second: decay ?? 0 };
    const made = await client.call(createConcurrencyLimit, { body }).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 409)
        throw new CliError(`There is a concurrency limit ${JSON.stringify(name)} already. "update" changes it.`);
      throw error;
    });
    if (json) sayJson(made);
    else say(`Concurrency limit ${name}: ${slotsText(made)}`);
  });
}

export function update(wanted: string, { limit, decay, enable, disable, json }: LimitFields): Promise<void> {
  const body = {
    ...(limit === undefined ? {} : { limit }),
    ...(decay === undefined ? {} : { slot_decay_per_second: decay }),
    ...(enable === true ? { active: true } : {}),
    ...(disable === true ? { active: false } : {}),
  };
  if (Object.keys(body).length === 0) throw usageError("Say what to change: --limit, --decay, --enable or --disable.");
  return withServer(async ({ client }) => sayChanged(await changed(client, wanted, body), json));
}

export function reset(wanted: string, { yes, json }: Sure): Promise<void> {
  return withServer(async ({ client }) => {
    const { name, active_slots } = await findLimit(client, wanted);
    const question = `All ${active_slots} slots of ${name} that are taken will be free, though their holders may still work.`;
    if (!(await confirmed(question, yes))) return note("Nothing was changed.");
    sayChanged(await changed(client, wanted, { active_slots: 0 }), json);
  });
}

async function changed(client: Client, wanted: string, body: object): Promise<GlobalConcurrencyLimit> {
  const { id } = await findLimit(client, wanted);
  await client.call(updateConcurrencyLimit, { params: { id_or_name: id }, body });
  return await client.call(readConcurrencyLimit, { params: { id_or_name: id } });
}

function sayChanged(limit: GlobalConcurrencyLimit, json: boolean | undefined): void {
  if (json) sayJson(limit);
  else say(`Concurrency limit ${limit.name}: ${slotsText(limit)}${limit.active ? "" : ", limits nothing"}`);
}

export function remove(wanted: readonly string[], { yes, json }: Sure): Promise<void> {
  return withServer(async ({ client }) => {
    const limits: GlobalConcurrencyLimit[] = [];
    for (const name of wanted) limits.push(await findLimit(client, name));
    const names = limits.map(({ name }) => name).join(", ");
    if (!(await confirmed(`${names} will be deleted. What they limited runs without a limit.`, yes)))
      return note("Nothing was changed.");
    for (const { id } of limits) await client.call(deleteConcurrencyLimit, { params: { id_or_name: id } });
    if (json) sayJson({ deleted: limits.map(({ name }) => name) });
    else say(`Deleted: ${names}`);
  });
}
