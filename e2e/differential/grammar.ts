import type { Random } from "../chaos/random.ts";
import type { Draft } from "./request.ts";

/** A noun's operations as real programs use them. A new noun of the API needs one more file with a grammar. */
export interface Grammar {
  readonly noun: string;
  readonly operations: readonly Operation[];
  /** Operations of Prefect's OpenAPI document for which bodies are also generated from their schemas. */
  readonly documented?: readonly Documented[];
  /** Requests that create objects, with the kinds of these; the answers contain their ids. */
  readonly makes?: Readonly<Record<string, string>>;
  /** The request that lists objects that the server creates by itself, and the one that removes one of them. */
  readonly leftovers?: { readonly list: string; readonly removal: string };
  /** The removal of each kind of object at the end of a sequence; `{id}` stands for its id. */
  readonly removal?: Readonly<Record<string, string>>;
}

export interface Operation {
  readonly name: string;
  /** Kinds of objects that must exist before. */
  readonly needs?: readonly string[];
  /** Ends the sequence, because the servers keep different leftovers of what it removes. */
  readonly ends?: true;
  /** Its relative frequency; 1 by default. */
  readonly weight?: number;
  readonly make: (making: Making) => Draft;
}

export interface Documented {
  readonly method: Draft["method"];
  /** The path in the document, such as `/flow_runs/{id}/set_state`. */
  readonly path: string;
  /** The kinds of objects that the path's parameters refer to, by their names. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Sources of values for requests. */
export interface Making {
  readonly random: Random;
  /** A placeholder for the id of an existing object; of a missing one where there is none, and now and then anyway. */
  some(kind: string): string;
  /** A word that is unique in the sequence. */
  word(): string;
  /** Makes the value now and then, and otherwise leaves the field out. */
  maybe<T>(make: () => T): T | undefined;
}

/** Another field of a created object than its id. */
export function fieldOf(place: string, field: string): string {
  return place.replace(/\}$/, `.${field}}`);
}

export const nowhere = "00000000-0000-4000-8000-00000000dead";

/** Times far from the present, so that both servers agree about past and future. */
export const pastMoments = ["2019-01-02T03:04:05Z", "2020-06-07T08:09:10.123456+00:00", "2021-01-01 00:00:00"] as const;
export const futureMoments = ["2091-02-03T04:05:06.7Z", "2095-12-31T23:59:59.999999+02:00"] as const;

export const stateTypes = [
  "SCHEDULED",
  "PENDING",
  "RUNNING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "CRASHED",
  "PAUSED",
  "CANCELLING",
] as const;
