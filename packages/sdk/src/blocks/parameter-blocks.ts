import { isPlainObject } from "@ostinato/core";
import type { Api } from "../session/roles.ts";

/**
 * Parameters of JSON with the values of the blocks that they refer to by `{"$ref": {"block_document_id": "…"}}`, as Prefect's clients and pages
 * write them. Parameters without such a reference load nothing.
 */
export async function withBlocks(api: Api, parameters: unknown): Promise<unknown> {
  if (!refersToBlocks(parameters)) return parameters;
  const { blockById } = await import("./keeping.ts");
  return await filledIn(parameters, (id) => blockById(api, id));
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
