import type { Random } from "../chaos/random.ts";
import type { Draft } from "./request.ts";

/** A noun's operations as real programs use them. A new noun of the API is one more file with one of these. */
export interface Grammar {
  readonly noun: string;
  readonly operations: readonly Operation[];
  /** The operations of Prefect's OpenAPI document for which bodies are also made from their schemas. */
  readonly documented?: readonly Documented[];
  /** The requests that make things, with the kinds of them; their ids are in the answers. */
  readonly makes?: Readonly<Record<string, string>>;
  /** Where what the server makes by itself is listed, with all that there is, and how one of it is removed. */
  readonly leftovers?: { readonly list: string; readonly removal: string };
  /** How each kind of thing that operations make is removed when a sequence ends; `{id}` stands for its id. */
  readonly removal?: Readonly<Record<string, string>>;
}

export interface Operation {
  readonly name: string;
  /** Kinds of things that must have been made before. */
  readonly needs?: readonly string[];
  /** What it removes leaves things behind that one server keeps and the other does not: nothing comes after it. */
  readonly ends?: true;
  /** How often it is chosen, beside 1 for others. */
  readonly weight?: number;
  readonly make: (making: Making) => Draft;
}

export interface Documented {
  readonly method: Draft["method"];
  /** As the document has it, such as `/flow_runs/{id}/set_state`. */
  readonly path: string;
  /** The kinds of things that the parameters in the path name, by their names. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** What an operation may put into its request. */
export interface Making {
  readonly random: Random;
  /** The place of the id of something that was made; of a thing that is not there where there is none, and at times anyway. */
  some(kind: string): string;
  /** A word that no other part of the sequence has. */
  word(): string;
  /** Makes the value at times, and leaves the field out at others. */
  maybe<T>(make: () => T): T | undefined;
}

/** Another field of what was made than its id. */
export function fieldOf(place: string, field: string): string {
  return place.replace(/\}$/, `.${field}}`);
}

export const nowhere = "00000000-0000-4000-8000-00000000dead";

/** Moments that are far from the present, so that both servers find the same past and future. */
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
