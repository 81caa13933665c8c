import {
  formatTimestamp,
  isUuid,
  jsonText,
  parseJson,
  type Timestamp,
  timeOrderedId,
  toTimestamp,
} from "@ostinato/core";
import type { EventCreate, Resource } from "@ostinato/protocol";
import { eventLimits } from "@ostinato/protocol/limits";
import type { RunContext } from "../context.ts";
import { UsageError } from "../errors.ts";
import { anObject, anything, checkOptions, type Rule, type Rules, shown } from "../run/option-checks.ts";
import { redactInside } from "../secrets/redaction.ts";
import type { RunSession } from "../session/roles.ts";
import type { EmitOptions, EmittedEvent } from "./event-options.ts";
import { resourcesOfRun } from "./run-resources.ts";

export interface EventToEmit {
  readonly name: string;
  readonly options: EmitOptions;
  /** The runs that emit it. */
  readonly caller: RunContext | undefined;
  /** When it happened, unless the options say it. */
  readonly occurred: Timestamp;
}

const aMoment: Rule = (value) =>
  Number.isNaN(new Date(value as string).valueOf()) ? 'a moment with its offset: "2026-01-01T06:00:00Z"' : undefined;

const rules: Rules = {
  resource: anything,
  related: (value) =>
    Array.isArray(value) ? undefined : 'a list of resources: [{ id: "dataset/trips", role: "dataset" }]',
  payload: (value) => (Array.isArray(value) ? "an object" : anObject(value)),
  follows: anything,
  occurred: aMoment,
};

export async function emitEvent(session: RunSession, emitted: EventToEmit): Promise<EmittedEvent> {
  const { name, options, caller } = emitted;
  const what = whatOf(name);
  checkOptions(what, options, rules);
  const own = await resourcesOfRun(session, caller);
  const event = {
    id: timeOrderedId(emitted.occurred),
    event: name,
    occurred: formatTimestamp(
      options.occurred === undefined ? emitted.occurred : toTimestamp(momentText(options.occurred)),
    ),
    ...resourcesOf(what, options, own),
    payload: payloadOf(what, options.payload ?? {}),
    follows: followedBy(what, options.follows),
  };
  checkSize(what, event);
  await roomFor(session);
  session.events.send(event as EventCreate);
  return event;
}

function whatOf(name: unknown): string {
  if (typeof name !== "string" || name === "") {
    throw new UsageError(
      `emit() takes the name of the event, emit("model.trained", { … }), and was given ${shown(name)}`,
    );
  }
  const { nameCharacters } = eventLimits;
  if (name.length > nameCharacters || Buffer.byteLength(name) > 2 * nameCharacters) {
    throw new UsageError(
      `emit(${shown(name)}): the name has ${name.length} characters; give at most ${nameCharacters}`,
    );
  }
  return `emit(${shown(name)})`;
}

function momentText(moment: string | Date): string {
  return typeof moment === "string" ? new Date(moment).toISOString() : moment.toISOString();
}

/** The resource and the related resources, with those of the run behind the given ones, as far as there is room. */
function resourcesOf(what: string, options: EmitOptions, own: readonly Resource[]) {
  const given = (options.related ?? []).map((each, index) => relatedResource(`${what}: related[${index}]`, each));
  if (given.length > eventLimits.related) {
    throw new UsageError(`${what}: related has ${given.length} resources; give at most ${eventLimits.related}`);
  }
  const resource =
    options.resource === undefined ? ownResource(what, own) : wireResource(`${what}: resource`, options.resource);
  const isNamed = ({ [idLabel]: id }: Resource) =>
    id === resource[idLabel] || given.some((each) => each[idLabel] === id);
  const related = [...given, ...own.filter((each) => !isNamed(each))].slice(0, eventLimits.related);
  return redactInside({ resource, related });
}

const idLabel = "prefect.resource.id";
const roleLabel = "prefect.resource.role";
const shortLabels: Readonly<Record<string, string>> = { id: idLabel, name: "prefect.resource.name", role: roleLabel };

/** The run that emits the event. Its task run comes last. */
function ownResource(what: string, own: readonly Resource[]): Resource {
  const run = own.find((each) => each[roleLabel] === "task-run") ?? own[0];
  if (run === undefined) {
    throw new UsageError(`${what} needs the resource that it is about, outside of runs: { resource: "model/taxi" }`);
  }
  const { [roleLabel]: _, ...resource } = run;
  return resource;
}

function relatedResource(where: string, given: unknown): Resource {
  const resource = wireResource(where, given);
  if ((resource[roleLabel] ?? "") !== "") return resource;
  throw new UsageError(`${where} has no role; give { id: ${shown(resource[idLabel])}, role: "dataset" }`);
}

function wireResource(where: string, given: unknown): Resource {
  const labels = typeof given === "string" ? { id: given } : given;
  if (typeof labels !== "object" || labels === null || Array.isArray(labels)) {
    throw new UsageError(`${where} is ${shown(given)}; give an id, "model/taxi", or labels, { id: "model/taxi" }`);
  }
  const entries = Object.entries(labels).map(([label, value]) => [shortLabels[label] ?? label, value] as const);
  const wrong = entries.find(([, value]) => typeof value !== "string");
  if (wrong !== undefined) throw new UsageError(`${where}: ${wrong[0]} is ${shown(wrong[1])}; give a string`);
  const resource: Resource = Object.fromEntries(entries);
  if ((resource[idLabel] ?? "") === "")
    throw new UsageError(`${where} is ${shown(given)}; give it an id: "model/taxi"`);
  if (entries.length > eventLimits.labels) {
    throw new UsageError(`${where} has ${entries.length} labels; give at most ${eventLimits.labels}`);
  }
  const bytes = Buffer.byteLength(`${resource[idLabel]}${resource[roleLabel] ?? ""}`);
  if (bytes <= eventLimits.resourceIdBytes) return resource;
  throw new UsageError(`${where}: its id and role take ${bytes} bytes; give at most ${eventLimits.resourceIdBytes}`);
}

/** The payload as JSON has it. Throws where JSON would leave something out or replace it. */
function payloadOf(what: string, payload: object): EmittedEvent["payload"] {
  const parts = redactInside(payload);
  for (const [name, value] of Object.entries(parts)) checkJson(`${what}: payload.${name}`, value, []);
  return parseJson(jsonText(parts) ?? "{}") as EmittedEvent["payload"];
}

function checkJson(where: string, value: unknown, above: readonly unknown[]): void {
  const isLost =
    typeof value === "function" || typeof value === "symbol" || (typeof value === "number" && !Number.isFinite(value));
  if (isLost) throw new UsageError(`${where} is ${shown(value)}; give a value of JSON`);
  if (typeof value !== "object" || value === null || "toJSON" in value) return;
  if (above.includes(value)) throw new UsageError(`${where} holds itself; give a value of JSON`);
  for (const [name, part] of Object.entries(value)) checkJson(`${where}.${name}`, part, [...above, value]);
}

function followedBy(what: string, follows: EmitOptions["follows"]): string | null {
  if (follows === undefined) return null;
  const id: unknown = typeof follows === "object" && follows !== null ? follows.id : follows;
  if (typeof id === "string" && isUuid(id)) return id;
  throw new UsageError(`${what}: follows is ${shown(follows)}; give an event that emit() returned, or its id`);
}

function checkSize(what: string, { resource, related, payload }: EmittedEvent): void {
  const characters = JSON.stringify({ resource, related, payload }).length;
  if (characters <= eventLimits.characters) return;
  throw new UsageError(
    `${what}: payload makes the event ${characters} characters long; at most ${eventLimits.characters} are taken: keep the whole elsewhere, and give its place`,
  );
}

/** Waits while there are more events than are kept for a server that is away. */
async function roomFor({ events }: RunSession): Promise<void> {
  const { backpressure } = events as { readonly backpressure?: Promise<void> | undefined };
  await backpressure;
}
