import { randomBytes } from "node:crypto";
import { addSeconds, formatTimestamp, type Timestamp, timeOrderedId } from "@ostinato/core";
import {
  type BodyOf,
  type filterWebhooks,
  type LiveKept,
  type previewWebhook,
  type ReplyOf,
  type rotateWebhook,
  type Webhook,
  type WebhookCreate,
  type WebhookSignature,
  type WebhookTemplate,
  type WebhookUpdate,
  webhookLimits,
} from "@ostinato/protocol";
import { checkTemplate, TemplateSyntaxError } from "@ostinato/templates";
import { isUniqueViolation } from "../db/constraint.ts";
import { writeJson } from "../db/json-text.ts";
import type { NewEvent } from "../events/events.service.ts";
import type { Context } from "../kernel/context.ts";
import { conflict, invalid, type Problem, refused } from "../kernel/errors.ts";
import { readLimit } from "../kernel/paging.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { seal } from "../secrets/secrets.service.ts";
import { digestOf } from "./addresses.rules.ts";
import { postOf } from "./posts.rules.ts";
import { eventsOf, reasonOf } from "./webhook-events.service.ts";
import { webhookOf } from "./webhooks.presenter.ts";
import * as queries from "./webhooks.queries.ts";

/** A webhook with the secret part of its address, which is known at this moment only. */
export interface Addressed {
  readonly webhook: Webhook;
  readonly address: string;
}

export async function create(context: Context, given: WebhookCreate): Promise<Addressed> {
  checkTemplates(given.template);
  const now = context.clock.now();
  const id = timeOrderedId(now);
  const address = newAddress();
  const row = await named(given.name, () =>
    unit(context, async (unit) => {
      const row: queries.WebhookRow = {
        id,
        created: now,
        updated: now,
        name: given.name,
        description: given.description ?? "",
        enabled: given.enabled === false ? 0 : 1,
        address_digest: digestOf(address),
        former_digest: null,
        former_until: null,
        former_secret: null,
        template: templateColumn(given.template),
        ...(await signatureColumns(unit, id, given.signature ?? null)),
      };
      await queries.insertWebhook(unit.tx, row);
      unit.changed("webhook", [row]);
      return row;
    }),
  );
  return { webhook: webhookOf(row), address };
}

export async function read({ db }: Context, id: string): Promise<Webhook> {
  return webhookOf(found(await queries.findWebhook(db.read, id)));
}

export async function namesOf({ db }: Context, ids: readonly string[]): Promise<readonly LiveKept[]> {
  return queries.namesOfWebhooks(db.read, ids);
}

/** The events that a template makes of a post, or why it makes none. Nothing is kept. */
export function preview(context: Context, given: BodyOf<typeof previewWebhook>): ReplyOf<typeof previewWebhook> {
  const template = given.template ?? null;
  checkTemplates(template);
  const now = context.clock.now();
  try {
    const post = postOf(given.headers ?? {}, given.query ?? {}, given.text);
    const events = eventsOf(context, { template, post, now });
    return { events: events.map((event) => shownOf(event, now)), problem: null };
  } catch (error) {
    return { events: [], problem: reasonOf(error).reason };
  }
}

function shownOf({ event, resource, related, payload, occurred }: NewEvent, now: Timestamp) {
  return {
    event,
    resource,
    related: [...related],
    payload: { ...payload },
    occurred: occurred === now ? null : formatTimestamp(occurred),
  };
}

export async function filter({ db }: Context, body: BodyOf<typeof filterWebhooks>): Promise<Webhook[]> {
  const { name, limit, offset } = body;
  const query = { name: name ?? undefined, limit: readLimit(limit), offset: offset ?? 0 };
  return (await queries.listWebhooks(db.read, query)).map(webhookOf);
}

/** Webhooks by a part of their name, and how many there are of them. */
export async function search(
  { db }: Context,
  query: queries.WebhookQuery,
): Promise<{ readonly rows: readonly Webhook[]; readonly count: number }> {
  const [rows, count] = await Promise.all([
    queries.listWebhooks(db.read, query),
    queries.countWebhooks(db.read, query),
  ]);
  return { rows: rows.map(webhookOf), count };
}

export async function change(context: Context, id: string, given: WebhookUpdate): Promise<Webhook> {
  checkTemplates(given.template);
  const { name, description, enabled, template, signature } = given;
  return named(name ?? "", () =>
    unit(context, async (unit) => {
      const changed = await queries.updateWebhook(unit.tx, id, {
        updated: context.clock.now(),
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description: description ?? "" }),
        ...(enabled === undefined ? {} : { enabled: enabled ? 1 : 0 }),
        ...(template === undefined ? {} : { template: templateColumn(template) }),
        ...(signature === undefined ? {} : { ...(await signatureColumns(unit, id, signature)), former_secret: null }),
      });
      const row = found(changed);
      unit.changed("webhook", [row]);
      return webhookOf(row);
    }),
  );
}

/** Gives it a new address, and a new key where one is given. The ones before are valid for a time. */
export async function rotate(
  context: Context,
  id: string,
  { grace_seconds, secret }: BodyOf<typeof rotateWebhook>,
): Promise<Addressed> {
  const now = context.clock.now();
  const address = newAddress();
  const row = await unit(context, async (unit) => {
    const before = found(await queries.findWebhook(unit.tx, id));
    const hasKey = secret !== undefined && secret !== null;
    if (hasKey && before.signature === null) {
      throw refused("DATA_CONFLICT", "This webhook checks no signature, so it has no key to rotate.");
    }
    const rotated = found(
      await queries.updateWebhook(unit.tx, id, {
        updated: now,
        address_digest: digestOf(address),
        former_digest: before.address_digest,
        former_until: addSeconds(now, grace_seconds ?? webhookLimits.graceSeconds),
        former_secret: before.secret,
        ...(hasKey ? { secret: await seal(unit, secret, id) } : {}),
      }),
    );
    unit.changed("webhook", [rotated]);
    return rotated;
  });
  return { webhook: webhookOf(row), address };
}

export async function remove(context: Context, id: string): Promise<void> {
  const isGone = await unit(context, async (unit) => {
    unit.deleted("webhook", [id]);
    return queries.deleteWebhook(unit.tx, id);
  });
  if (!isGone) throw missing();
}

function found(row: queries.WebhookRow | undefined): queries.WebhookRow {
  if (row === undefined) throw missing();
  return row;
}

function missing() {
  return refused("WEBHOOK_NOT_FOUND", "There is no such webhook.");
}

function newAddress(): string {
  return randomBytes(24).toString("base64url");
}

function templateColumn(template: WebhookTemplate | null | undefined): string | null {
  return template === undefined || template === null ? null : writeJson(template);
}

async function signatureColumns(unit: Unit, id: string, given: WebhookSignature | null) {
  if (given === null) return { signature: null, secret: null };
  const { secret, ...scheme } = given;
  return { signature: writeJson(scheme), secret: await seal(unit, secret, id) };
}

async function named<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error)) throw conflict(`There is a webhook with the name "${name}".`);
    throw error;
  }
}

function checkTemplates(template: WebhookTemplate | null | undefined): void {
  const problems: Problem[] = [];
  for (const { loc, text } of textsIn(template ?? null, ["body", "template"])) {
    try {
      checkTemplate(text);
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) throw error;
      const line = error.line > 0 ? `line ${error.line}: ` : "";
      problems.push({ type: "value_error", loc, msg: `is not a valid template: ${line}${error.message}` });
    }
  }
  if (problems.length > 0) throw invalid(problems);
}

interface Placed {
  readonly loc: readonly (string | number)[];
  readonly text: string;
}

function textsIn(value: unknown, loc: readonly (string | number)[]): readonly Placed[] {
  if (typeof value === "string") return [{ loc, text: value }];
  if (Array.isArray(value)) return value.flatMap((each, index) => textsIn(each, [...loc, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => textsIn(each, [...loc, name]));
}
