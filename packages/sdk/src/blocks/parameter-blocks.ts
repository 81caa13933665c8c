import { isPlainObject } from "@ostinato/core";
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
    const name = parameters[field];
    return typeof name === "string" ? [{ field, type, name }] : [];
  });
  if (named.length === 0) return parameters;
  const { blockIdByName } = await import("./keeping.ts");
  const references = named.map(async ({ field, ...block }) => {
    return [field, { $ref: { block_document_id: await blockIdByName(api, block) } }] as const;
  });
  return { ...parameters, ...Object.fromEntries(await Promise.all(references)) };
}

function refersToBlocks(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(refersToBlocks);
  if (!isPlainObject(value)) return false;
  return referredId(value) !== undefined || Object.values(value).some(refersToBlocks);
}

async function filledIn(value: unknown, read: (id: string) => Promise<unknown>): Promise<unknown> {
  if (Array.isArray(value)) return await Promise.all(value.map((item) => filledIn(item, read)));
  if (!isPlainObject(value)) return value;
  const id = referredId(value);
  if (id !== undefined) return await read(id);
  const entries = Object.entries(value).map(async ([name, part]) => [name, await filledIn(part, read)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function referredId({ $ref: reference }: Readonly<Record<string, unknown>>): string | undefined {
  const id = isPlainObject(reference) ? reference.block_document_id : undefined;
  return typeof id === "string" ? id : undefined;
}
