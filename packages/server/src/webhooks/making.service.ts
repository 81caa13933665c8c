import { parseJson } from "@ostinato/core";
import type { Resource, WebhookTemplate } from "@ostinato/protocol";
import { renderField, TemplateRenderError, TemplateSyntaxError } from "@ostinato/templates";
import type { Context } from "../kernel/context.ts";
import { HydrationError, hydrated, type Templates } from "../user-input/hydration.rules.ts";
import { isJsonObject, type JsonObject } from "../user-input/json-types.rules.ts";
import { withRecipes } from "../user-input/parameter-templates.rules.ts";
import { bodyOf, type MadeEvent, type Post } from "./posts.rules.ts";

/** The template of a webhook could not make an event. Only its owner is told why. */
export class TemplateFailed extends Error {
  override readonly name = "TemplateFailed";
}

/** The event that a template makes of a post. Throws a `TemplateFailed`. */
export function madeBy(context: Context, template: WebhookTemplate, post: Post): MadeEvent {
  const body = bodyOf(post);
  const form = post.type === "application/x-www-form-urlencoded" ? body : {};
  const values = { method: "POST", headers: post.headers, query: post.query, text: post.text, body, form };
  const render = (text: string) => rendered(context, text, values);
  if (typeof template === "string") return whole(render(template));
  const resource = (labels: Readonly<Record<string, string>>): Resource =>
    Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, render(value)]));
  const { event, related = [], payload, occurred, id } = template;
  return {
    event: render(event),
    resource: resource(template.resource),
    related: related.map(resource),
    payload: payload === undefined ? asObject(body) : renderedPayload(payload, render),
    occurred: occurred === undefined ? undefined : render(occurred),
    key: id === undefined ? undefined : render(id),
  };
}

function rendered({ clock }: Context, template: string, values: Readonly<Record<string, unknown>>): string {
  try {
    return renderField(template, { context: values, now: clock.now(), chance: Math.random });
  } catch (error) {
    if (error instanceof TemplateRenderError || error instanceof TemplateSyntaxError) {
      throw new TemplateFailed(error.message);
    }
    throw error;
  }
}

function renderedPayload(payload: JsonObject, render: (text: string) => string): JsonObject {
  const templates: Templates = { render, check: () => {} };
  const noVariables = () => undefined;
  try {
    return hydrated(withRecipes(payload), templates, noVariables) as JsonObject;
  } catch (error) {
    if (error instanceof HydrationError) throw new TemplateFailed(error.message);
    throw error;
  }
}

/** The event that a template gives as JSON. */
function whole(text: string): MadeEvent {
  const given = parsed(text);
  const { event, resource, related, payload, occurred, id } = given;
  return {
    event: typeof event === "string" ? event : "",
    resource: labelsIn(resource),
    related: Array.isArray(related) ? related.map(labelsIn) : [],
    payload: payload === undefined ? {} : asObject(payload),
    occurred: typeof occurred === "string" ? occurred : undefined,
    key: typeof id === "string" ? id : undefined,
  };
}

function parsed(text: string): JsonObject {
  try {
    const value = parseJson(text);
    if (isJsonObject(value)) return value;
  } catch {
    // It says so below.
  }
  throw new TemplateFailed("The template gives no object of JSON");
}

function labelsIn(given: unknown): Resource {
  if (!isJsonObject(given)) return {};
  return Object.fromEntries(Object.entries(given).map(([label, value]) => [label, String(value)]));
}

function asObject(body: unknown): JsonObject {
  return isJsonObject(body) ? body : { body };
}
