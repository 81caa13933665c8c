import { formatResultLocation, isResultScheme, parseResultLocation, type ResultLocation } from "@ostinato/core";
import { UsageError } from "../errors.ts";
import { packageOfScheme } from "./integrations.generated.ts";
import { localStore } from "./local-result-store.ts";
import type { ResultStore, ResultStoreDefinition } from "./result-store.ts";

interface Registered {
  /** The owner of the registration: an integration's name, or "the program". */
  readonly by: string;
  readonly definition: ResultStoreDefinition;
  opened: Promise<ResultStore> | undefined;
}

/** Kept under a global symbol, so that two copies of this package in one program share stores. */
const key = Symbol.for("ostinato.result-stores");
const holder = globalThis as { [key]?: Map<string, Registered> };
holder[key] ??= new Map([[localStore.scheme, registered("Ostinato", localStore)]]);
const stores = holder[key];

/**
 * Registers a kind of store, so that `resultStorage: "scheme:…"` writes to it and its results can be read. A scheme belongs to the first
 * owner that registers it; the same owner may replace the store.
 */
export function registerResultStore(definition: ResultStoreDefinition, by = "the program"): void {
  const { scheme } = definition;
  if (!isResultScheme(scheme)) {
    throw new UsageError(
      `A result store has the scheme ${JSON.stringify(scheme)}; give lower-case letters, digits, plus, dot and dash, beginning with a letter`,
    );
  }
  const known = stores.get(scheme);
  if (known !== undefined && known.by !== by) {
    throw new UsageError(`The scheme "${scheme}" of result stores belongs to ${known.by}; choose another`);
  }
  stores.set(scheme, registered(by, definition));
}

function registered(by: string, definition: ResultStoreDefinition): Registered {
  return { by, definition, opened: undefined };
}

/** A store by its scheme and what follows it, or the bucket of a block. */
export type ResultStorage = string | NamedBlock;

/** A block by its type and name, as `S3Bucket.named("lake")` gives it. */
interface NamedBlock {
  readonly type: string;
  readonly name: string;
}

/**
 * Parses `resultStorage` of a task or flow, or `OSTINATO_RESULT_STORAGE`, into the store's scheme and its root as the place. The bucket of a block
 * may be written as Prefect writes blocks, `s3-bucket/lake`. Throws where
 * the store is unknown, so that a run fails before it computes anything.
 */
export function parseResultStorage(wanted: ResultStorage): ResultLocation {
  const text = typeof wanted === "string" ? wanted : `${wanted.type}/${wanted.name}`;
  const given = `resultStorage is ${JSON.stringify(text)}`;
  const storage = parseResultLocation(withColon(text));
  if (storage === undefined) throw new UsageError(`${given}; give a store, as "local" or "s3://bucket/prefix"`);
  const form = storeOf(storage.scheme, given).definition.checkRoot?.(storage.place);
  if (form !== undefined) throw new UsageError(`${given}; give ${form}`);
  return storage;
}

function withColon(text: string): string {
  if (text.includes(":")) return text;
  return text.includes("/") ? text.replace("/", ":") : `${text}:`;
}

/** The default for results that are too large for the server. */
export const localStorage: ResultLocation = { scheme: localStore.scheme, place: "" };

/** Writes the text and returns its location. */
export async function writeToStore(
  { scheme, place: root }: ResultLocation,
  name: string,
  text: string,
): Promise<string> {
  const store = await open(storeOf(scheme, "A result cannot be written"));
  return formatResultLocation({ scheme, place: await store.write({ root, name, text }) });
}

/** Reads the text at the location; undefined where it is gone. */
export async function readFromStore(location: string): Promise<string | undefined> {
  const parsed = parseResultLocation(location);
  if (parsed === undefined) return undefined;
  const store = await open(storeOf(parsed.scheme, `A result is kept at ${location}`));
  return store.read(parsed.place);
}

/** Opens the store; a failed attempt is repeated for the next result. */
function open(store: Registered): Promise<ResultStore> {
  store.opened ??= Promise.resolve(store.definition.open()).catch((error: unknown) => {
    store.opened = undefined;
    throw error;
  });
  return store.opened;
}

function storeOf(scheme: string, need: string): Registered {
  const found = stores.get(scheme);
  if (found !== undefined) return found;
  const module = packageOfScheme[scheme];
  throw new UsageError(
    module === undefined
      ? `${need}, and this program knows no result store with the scheme "${scheme}". Import the package that brings it, or call registerResultStore({ scheme: "${scheme}", … }). There are: ${[...stores.keys()].join(", ")}`
      : `${need}, and this program knows no result store with the scheme "${scheme}". Import the package that brings it: npm install ${module}, and import "${module}" in the program`,
  );
}
