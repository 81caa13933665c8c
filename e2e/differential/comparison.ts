import { isId, type Pairing } from "./pairing.ts";
import type { Answer } from "./request.ts";

/** One difference between the two answers to a request. */
export interface Difference {
  readonly kind: "status" | "type" | "missing" | "extra" | "value" | "order";
  /** The place in the body, with `[]` for any element of a list; empty for the answer as a whole. */
  readonly path: string;
  readonly theirs: unknown;
  readonly ours: unknown;
}

/** The context of a comparison: matching ids, names and times. */
export interface Ground {
  readonly pairing: Pairing;
  /** The start of the comparison in milliseconds since the epoch: later times count as «now» on either server. */
  readonly begun: number;
  /** The requested order, such as `NAME_ASC`. */
  readonly sort: string | undefined;
  /** Whether the request contains this text: text made by a server is compared by its kind only. */
  readonly wasSent: (text: string) => boolean;
}

export function differences(theirs: Answer, ours: Answer, ground: Ground): readonly Difference[] {
  if (theirs.status !== ours.status) {
    return [{ kind: "status", path: "", theirs: theirs.status, ours: ours.status }];
  }
  if (theirs.type !== ours.type) return [{ kind: "type", path: "", theirs: theirs.type, ours: ours.type }];
  const found = compared(theirs.body, ours.body, { ...ground, path: "", name: "" });
  const [one, other] = [problemsOf(theirs), problemsOf(ours)];
  if (one === undefined || other === undefined) return found;
  const beside = found.filter(({ path }) => !path.startsWith(problemsField));
  if (one.some((place) => other.includes(place))) return beside;
  return [...beside, { kind: "value", path: problemsField, theirs: one, ours: other }];
}

const problemsField = "exception_detail";

/** The fields that a refusal names. Wording, and the number of reported problems, differ between validators. */
function problemsOf({ status, body }: Answer): readonly string[] | undefined {
  const problems = status === 422 && isRecord(body) ? body[problemsField] : undefined;
  if (!Array.isArray(problems)) return undefined;
  const places = problems.map((problem) => (isRecord(problem) && Array.isArray(problem.loc) ? problem.loc : []));
  return [...new Set(places.map((loc) => loc.slice(0, 2).join(".")))];
}

interface Place extends Ground {
  readonly path: string;
  /** The name of the field that contains the value. */
  readonly name: string;
}

function compared(theirs: unknown, ours: unknown, place: Place): readonly Difference[] {
  if (Array.isArray(theirs) && Array.isArray(ours)) return comparedLists(theirs, ours, place);
  if (isRecord(theirs) && isRecord(ours)) return comparedRecords(theirs, ours, place);
  if (kindOf(theirs) !== kindOf(ours)) return [{ kind: "type", path: place.path, theirs, ours }];
  return isSame(theirs, ours, place) ? [] : [{ kind: "value", path: place.path, theirs, ours }];
}

function comparedRecords(theirs: Row, ours: Row, place: Place): readonly Difference[] {
  const { path } = place;
  const at = (key: string) => (path === "" ? key : `${path}.${key}`);
  const found: Difference[] = [];
  const matched = new Set<string>();
  for (const key of Object.keys(theirs)) {
    // What is told of several things has their ids as its fields.
    const own = place.pairing.oursFor(key) ?? key;
    matched.add(own);
    if (own in ours) found.push(...compared(theirs[key], ours[own], { ...place, path: at(key), name: key }));
    else found.push({ kind: "missing", path: at(key), theirs: theirs[key], ours: undefined });
  }
  for (const key of Object.keys(ours)) {
    if (!matched.has(key) && !isOwnCode(key, ours, path))
      found.push({ kind: "extra", path: at(key), theirs: undefined, ours: ours[key] });
  }
  return found;
}

/** The code beside the message of an error, which only Ostinato sends. */
function isOwnCode(key: string, { detail, exception_message }: Row, path: string): boolean {
  return key === "code" && path === "" && (detail !== undefined || exception_message !== undefined);
}

/** Fields whose elements have no order. */
const sets = new Set(["tags", "pause_keys", "deleted"]);

function comparedLists(theirs: readonly unknown[], ours: readonly unknown[], place: Place): readonly Difference[] {
  const path = `${place.path}[]`;
  if (theirs.length !== ours.length) {
    return [{ kind: "value", path: `${place.path}.length`, theirs: theirs.length, ours: ours.length }];
  }
  const isSet = sets.has(place.name) && !place.path.startsWith("request_body");
  const aligned = isSet ? sortedLike(theirs, ours, place) : inTheirOrder(theirs, ours, place);
  const found = theirs.flatMap((item, index) => compared(item, aligned[index], { ...place, path }));
  if (aligned === ours || found.length > 0 || isSet) return found;
  const [one, other] = [keysOf(theirs, place), keysOf(ours, place)];
  const areSame = one.every((key, index) => compared(key, other[index], { ...place, name: "key" }).length === 0);
  return areSame ? [] : [{ kind: "order", path, theirs: one, ours: other }];
}

/** The sort keys of a list. Elements with equal keys, or with ids that servers generate, may come in any order. */
function keysOf(list: readonly unknown[], { sort = "ID_DESC" }: Place): readonly unknown[] {
  const name = sort.replace(/_(ASC|DESC)$/, "").toLowerCase();
  if (name === "id" || name === "duration") return list.map(() => null);
  return list.map((item) => {
    if (!isRecord(item)) return null;
    return name === "start_time" ? (item.start_time ?? item.expected_start_time) : item[name];
  });
}

function sortedLike(theirs: readonly unknown[], ours: readonly unknown[], { pairing }: Place): readonly unknown[] {
  const wanted = theirs.map((item) => pairing.translated(JSON.stringify(item)));
  return ours.toSorted((one, other) => wanted.indexOf(JSON.stringify(one)) - wanted.indexOf(JSON.stringify(other)));
}

/** Reorders Ostinato's elements by Prefect's ids if all of them are paired; otherwise leaves them as they are. */
function inTheirOrder(theirs: readonly unknown[], ours: readonly unknown[], { pairing }: Place): readonly unknown[] {
  const byId = new Map(ours.map((item) => [idOf(item), item]));
  const found = theirs.map((item) => {
    const id = idOf(item);
    return typeof id === "string" ? byId.get(pairing.oursFor(id)) : undefined;
  });
  if (found.some((item) => item === undefined)) return ours;
  return found.every((item, index) => item === ours[index]) ? ours : found;
}

function idOf(item: unknown): unknown {
  return isRecord(item) ? (item.id ?? item.flow_run_id) : item;
}

function isSame(theirs: unknown, ours: unknown, { pairing, begun, name, wasSent }: Place): boolean {
  if (theirs === ours) return true;
  if (typeof theirs === "number" && typeof ours === "number") return durations.has(name) && areClose(theirs, ours);
  if (typeof theirs !== "string" || typeof ours !== "string") return false;
  if (isId(theirs) && isId(ours)) return pairing.agree(theirs, ours);
  if (isMoment(theirs) && isMoment(ours)) {
    return theirs === ours || (Date.parse(theirs) >= begun && Date.parse(ours) >= begun);
  }
  if (isMadeUp(theirs) && isMadeUp(ours)) return !wasSent(theirs) && !wasSent(ours);
  return pairing.translated(theirs) === ours;
}

/** Fields with a duration up to now. */
const durations = new Set([
  "total_run_time",
  "estimated_run_time",
  "estimated_start_time_delta",
  "sum_estimated_run_time",
  "sum_estimated_lateness",
  "",
]);
const closeSeconds = 60;

function areClose(theirs: number, ours: number): boolean {
  return Math.abs(theirs - ours) < closeSeconds && !(Number.isInteger(theirs) && Number.isInteger(ours));
}

/** A time in the format of both servers: UTC, with microseconds if there are any. */
function isMoment(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/.test(text) && Number.isFinite(Date.parse(text));
}

/** Whether a server generated the name for an unnamed run. */
function isMadeUp(text: string): boolean {
  return /^[a-z]+-[a-z]+$/.test(text);
}

type Row = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}
