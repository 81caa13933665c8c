import { parseJson } from "@ostinato/core";
import { isJsonObject, type JsonObject } from "../user-input/json-types.rules.ts";
import type { MadeEvent, Post } from "./posts.rules.ts";
import { Unreadable } from "./posts.rules.ts";

/** The events of a post of CloudEvents 1.0: one as JSON, a batch, or one in the headers. Throws an `Unreadable`. */
export function cloudEventsIn(post: Post): readonly MadeEvent[] {
  const { type, text, headers } = post;
  if (type === "application/cloudevents+json") return [eventOf(objectIn(text))];
  if (type === "application/cloudevents-batch+json") {
    const batch = jsonIn(text);
    if (!Array.isArray(batch)) throw new Unreadable("a batch of CloudEvents is a list");
    if (batch.length > maxBatch) throw new Unreadable(`a batch has at most ${maxBatch} CloudEvents`);
    return batch.map((each) => eventOf(isJsonObject(each) ? each : {}));
  }
  if (headers["ce-specversion"] === undefined) {
    throw new Unreadable(
      "this webhook takes CloudEvents: send application/cloudevents+json, application/cloudevents-batch+json, or headers that begin with ce-",
    );
  }
  const attributes = Object.entries(headers)
    .filter(([name]) => name.startsWith("ce-"))
    .map(([name, value]) => [name.slice("ce-".length), decoded(value)]);
  const isJson = type === "" || type === "application/json" || type.endsWith("+json");
  const data = text === "" ? {} : { data: isJson ? jsonIn(text) : text };
  return [eventOf({ ...Object.fromEntries(attributes), ...data })];
}

const maxBatch = 100;
const known = new Set(["specversion", "id", "source", "type", "subject", "time", "data", "data_base64"]);

function eventOf(given: JsonObject): MadeEvent {
  const [type, source, id] = ["type", "source", "id"].map((name) => textAt(given, name));
  if (given.specversion !== "1.0") throw new Unreadable("specversion is not 1.0");
  const { subject, time, data, data_base64 } = given;
  const about = typeof subject === "string" && subject !== "" ? `${source}/${subject}` : (source ?? "");
  const labels = Object.entries(given)
    .filter(([name, value]) => !known.has(name) && ["string", "number", "boolean"].includes(typeof value))
    .map(([name, value]) => [`cloudevents.${name}`, String(value)]);
  return {
    event: type ?? "",
    resource: {
      "prefect.resource.id": about,
      "cloudevents.source": source ?? "",
      ...(typeof subject === "string" ? { "cloudevents.subject": subject } : {}),
      ...Object.fromEntries(labels),
    },
    related: [],
    payload: payloadOf(data, data_base64),
    occurred: typeof time === "string" ? time : undefined,
    key: `${source} ${id}`,
  };
}

function payloadOf(data: unknown, base64: unknown): JsonObject {
  if (isJsonObject(data)) return data;
  if (data !== undefined) return { data };
  return base64 === undefined ? {} : { data_base64: base64 };
}

function textAt(given: JsonObject, name: string): string {
  const value = given[name];
  if (typeof value !== "string" || value === "") throw new Unreadable(`the CloudEvent has no ${name}`);
  return value;
}

function objectIn(text: string): JsonObject {
  const value = jsonIn(text);
  if (!isJsonObject(value)) throw new Unreadable("the CloudEvent is not an object");
  return value;
}

function jsonIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw new Unreadable("the body is not JSON");
  }
}

/** Values of headers are percent-encoded. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
