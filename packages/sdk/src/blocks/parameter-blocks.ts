import { isPlainObject } from "@ostinato/core";
import { UsageError } from "../errors.ts";
import type { Api } from "../session/roles.ts";
import type { AnyBlock } from "./block-options.ts";

/**
 * Parameters of JSON with the values of the blocks that they refer to by `{"$ref": {"block_document_id": "…"}}`, as Prefect's clients and pages
 * write them. Parameters without such a reference load nothing.
 */
export async function withBlocks(api: Api, parameters: unknown): Promise<unknown> {
  if (!refersToBlocks(parameters)) return parameters;
  const { blockById } = await import("./keeping.ts");
  return await filledIn(parameters, (id) => blockById(api, id));
}

/** Parameters of JSON with a reference where one of `blocks` is given by its name, as a command line does. */
export async function withReferences(
  api: Api,
  parameters: unknown,
  blocks: Readonly<Record<string, AnyBlock>> = {},
): Promise<unknown> {
  if (!isPlainObject(parameters)) return parameters;
  const named = Object.entries(blocks).flatMap(([field, { type }]) => {
    const given = parameters[field];
    return typeof given === "string" ? [{ field, type, name: nameOf(given, { field, type }) }] : [];
  });
  if (named.length === 0) return parameters;
  const { blockIdByName } = await import("./keeping.ts");
  const references = named.map(async ({ field, ...block }) => {
    return [field, { $ref: { block_document_id: await blockIdByName(api, block) } }] as const;
  });
  return { ...parameters, ...Object.fromEntries(await Promise.all(references)) };
}

/** `main`, or `warehouse/main` with the type that the parameter takes. */
function nameOf(given: string, { field, type }: { readonly field: string; readonly type: string }): string {
  const slash = given.indexOf("/");
  if (slash === -1) return given;
  if (given.slice(0, slash) === type) return given.slice(slash + 1);
  throw new UsageError(
    `The parameter "${field}" takes a block of the type "${type}", and was given "${given}". Write ${field}=${type}/NAME, or its name alone.`,
  );
}

function refersToBlocks(value: unknown, seen = new Set<unknown>()): boolean {
  if (!Array.isArray(value) && !isPlainObject(value)) return false;
  // What a program passes on may go round.
  if (seen.has(value)) return false;
  seen.add(value);
  if (!Array.isArray(value) && referredId(value) !== undefined) return true;
  return Object.values(value).some((part) => refersToBlocks(part, seen));
}

type Read = (id: string) => Promise<unknown>;

/** `made` has what is filled in already, or is about to be: parts that are shared stay so. */
async function filledIn(value: unknown, read: Read, made = new Map<unknown, unknown>()): Promise<unknown> {
  if (!Array.isArray(value) && !isPlainObject(value)) return value;
  if (made.has(value)) return made.get(value);
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    made.set(value, list);
    list.push(...(await Promise.all(value.map((item) => filledIn(item, read, made)))));
    return list;
  }
  const id = referredId(value);
  if (id !== undefined) return await read(id);
  const filled: Record<string, unknown> = {};
  made.set(value, filled);
  const entries = Object.entries(value).map(async ([name, part]) => [name, await filledIn(part, read, made)] as const);
  return Object.assign(filled, Object.fromEntries(await Promise.all(entries)));
}

function referredId({ $ref: reference }: Readonly<Record<string, unknown>>): string | undefined {
  const id = isPlainObject(reference) ? reference.block_document_id : undefined;
  return typeof id === "string" ? id : undefined;
}
