import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { jsonText } from "@ostinato/core";
import type { Deployment, DeploymentCreate, DeploymentScheduleCreate } from "@ostinato/protocol";
import { digestOf } from "../identity/value-digest.ts";
import { sameSchedules } from "../serving/deployment-schedules.ts";
import { asJson, presentFields, withoutNulls } from "../serving/registration.ts";

export type Definition = Partial<Omit<DeploymentCreate, "name" | "flow_id" | "version_info">>;

/** Digests of the values that the last deploy wrote, by part. */
export type Written = Readonly<Record<string, string>>;

export interface FieldChange {
  /** A field, or a part of one: `parameters.depth`. */
  readonly field: string;
  /** Undefined where there is none. */
  readonly before: unknown;
  readonly after: unknown;
}

/** A part that somebody has changed since the last deploy, and that stays so. */
export interface KeptField {
  readonly field: string;
  readonly value: unknown;
  /** What the deploy would make of it. */
  readonly wanted: unknown;
}

export interface Differences {
  /** The fields that are to be written. */
  readonly change: Definition;
  readonly changes: readonly FieldChange[];
  readonly kept: readonly KeptField[];
  readonly written: Written;
}

export interface Comparing {
  readonly wanted: Definition;
  readonly existing: Deployment;
  /** Undefined where the deployment was not made by a deploy: then all of it becomes what is wanted. */
  readonly written: Written | undefined;
  /** Whether that which somebody has changed becomes what is wanted too. */
  readonly overwrite: boolean;
}

/** What belongs to the code, and so is never kept. */
const ofCode: ReadonlySet<string> = new Set([
  "version",
  "entrypoint",
  "parameter_openapi_schema",
  "enforce_parameter_schema",
  "pull_steps",
]);

/** Compares what is wanted, what is there, and what the last deploy wrote. */
export function differencesOf({ wanted, existing, written, overwrite }: Comparing): Differences {
  const present: Readonly<Record<string, unknown>> = presentFields(existing);
  const wantedParts = partsOf(wanted);
  const presentParts = partsOf(Object.fromEntries(Object.keys(wanted).map((field) => [field, present[field]])));
  const result = new Map<string, unknown>();
  const changes: FieldChange[] = [];
  const kept: KeptField[] = [];
  const digests: Record<string, string> = {};
  for (const part of new Set([...wantedParts.keys(), ...presentParts.keys()])) {
    const [after, before] = [wantedParts.get(part), presentParts.get(part)];
    const isChangedByOthers = written !== undefined && partDigest(part, before) !== written[part];
    const mayKeep = !overwrite && !ofCode.has(part) && !isGone(part, before);
    const isKept = mayKeep && isChangedByOthers && !isSame(part, after, before);
    const digest = isKept ? written[part] : partDigest(part, after);
    if (digest !== undefined) digests[part] = digest;
    result.set(part, isKept ? before : after);
    if (isKept) kept.push({ field: part, value: before, wanted: after });
    else if (!isSame(part, after, before)) changes.push({ field: part, before, after });
  }
  const changed = new Set(changes.map(({ field }) => fieldOf(field)));
  // The name of a queue means one of the pool that the same request names.
  if (place.some((field) => changed.has(field))) for (const field of place) if (field in wanted) changed.add(field);
  const change = Object.fromEntries([...changed].map((field) => [field, joined(field, result)]));
  return { change, changes, kept, written: digests };
}

const place: readonly string[] = ["work_pool_name", "work_queue_name"];

/** A deployment whose pool or queue was deleted waits nowhere. Nobody has chosen that for it. */
function isGone(part: string, present: unknown): boolean {
  return place.includes(part) && (present === undefined || present === null);
}

/** Digests of all that is written of a new deployment. */
export function digestsOf(definition: Definition): Written {
  const digests = [...partsOf(definition)].map(([part, value]) => [part, partDigest(part, value)] as const);
  return Object.fromEntries(digests.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}

/** Fields whose members are compared one by one, so that a person may change one and a deploy another. */
const fieldsWithParts: readonly string[] = ["parameters", "job_variables"];

function partsOf(definition: object): ReadonlyMap<string, unknown> {
  const parts = new Map<string, unknown>();
  for (const [field, value] of Object.entries(definition)) {
    if (!fieldsWithParts.includes(field)) parts.set(field, partOf(field, value));
    else for (const [name, item] of Object.entries(Object(value))) parts.set(`${field}.${name}`, asJson(item));
  }
  return parts;
}

function partOf(field: string, value: unknown): unknown {
  if (field === "schedules") return value;
  return asJson(field === "run_policy" ? withoutNulls(Object(value)) : value);
}

function fieldOf(part: string): string {
  const dot = part.indexOf(".");
  return dot === -1 ? part : part.slice(0, dot);
}

function joined(field: string, parts: ReadonlyMap<string, unknown>): unknown {
  if (!fieldsWithParts.includes(field)) return parts.get(field);
  const own = [...parts].filter(([part, value]) => part.startsWith(`${field}.`) && value !== undefined);
  return Object.fromEntries(own.map(([part, value]) => [part.slice(field.length + 1), value]));
}

function isSame(part: string, one: unknown, other: unknown): boolean {
  if (part !== "schedules") return isDeepStrictEqual(one, other);
  return sameSchedules(one as readonly DeploymentScheduleCreate[], other as Deployment["schedules"]);
}

function partDigest(part: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const digested = part === "schedules" ? (value as readonly DeploymentScheduleCreate[]).map(timesOf) : value;
  const text = digestOf(digested)?.text ?? jsonText(digested) ?? "";
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** What a schedule says, but for its anchor, which the server chooses, and for whether somebody has paused it. */
function timesOf({ schedule, slug, parameters }: DeploymentScheduleCreate): object {
  const { anchor_date: _, ...times } = schedule as { readonly anchor_date?: unknown };
  return { times, slug: slug ?? null, parameters: asJson(parameters ?? {}) };
}
