import { ApiError, type Client, isNotFound } from "@ostinato/client";
import { isPlainObject, isSecret } from "@ostinato/core";
import type {
  BlockDocument,
  BlockType,
  createBlockDocument,
  createBlockSchema,
  createBlockType,
  deleteBlockDocument,
  filterBlockSchemas,
  readBlockDocument,
  readBlockDocumentByName,
  readBlockSchemaByChecksum,
  readBlockTypeBySlug,
  updateBlockDocument,
} from "@ostinato/protocol";
import { UsageError } from "../errors.ts";
import { emit } from "../events/emit.ts";
import { checkJsonParameters, checkParameters } from "../inputs/parameters.ts";
import type { Secret } from "../secrets/secret.ts";
import type { Api } from "../session/roles.ts";
import type { NamedBlock } from "./block-options.ts";
import { type BlockDefinition, definitionOf } from "./definition.ts";
import { revealSecrets } from "./revealing.ts";
import { nestedBlocks, titleOf, wireSchema } from "./wire-schema.ts";

type JsonObject = Readonly<Record<string, unknown>>;

interface Saving {
  readonly name: string;
  readonly values: unknown;
  readonly overwrite: boolean;
}

/** The version of schemas whose block says none, in Python too. */
const unversioned = "non-versioned";

export async function saveBlock({ client }: Api, definition: BlockDefinition, saving: Saving): Promise<void> {
  const { type } = definition;
  const { name, values, overwrite } = saving;
  const { data, checked } = await dataToKeep(client, definition, values);
  await checkParameters(`block "${type}"`, definition.schema, checked);
  const { typeId, schemaId } = await register(client, definition);
  const ids = { block_type_id: typeId, block_schema_id: schemaId };
  try {
    await client.call<typeof createBlockDocument>("POST /block_documents/", { body: { name, data, ...ids } });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    const known = await findDocument(client, type, name);
    if (known === undefined) throw error;
    if (!overwrite) {
      throw new UsageError(
        `There is a block "${type}/${name}" already. Save it with { overwrite: true } to replace its values, or choose another name.`,
        { cause: error },
      );
    }
    const body = { data, block_schema_id: schemaId, merge_existing_data: false };
    await client.call<typeof updateBlockDocument>("PATCH /block_documents/{id}", { params: { id: known.id }, body });
  }
}

export async function readBlock({ client }: Api, definition: BlockDefinition, name: string): Promise<unknown> {
  const { type, schema } = definition;
  const found = await requireDocument(client, type, name);
  noteLoaded(found, definition.secrets);
  return await checkJsonParameters(`block "${type}/${name}"`, schema, found.data);
}

/** The values of a block of any type, which are redacted from now on where they are secrets. */
export async function blockById({ client }: Api, id: string): Promise<unknown> {
  const path = "GET /block_documents/{id}";
  const params = { id };
  const found = await orUndefined(
    client.call<typeof readBlockDocument>(path, { params, query: { include_secrets: true } }),
  );
  if (found === undefined) throw new UsageError(`A parameter refers to the block ${id}, which is not on the server.`);
  noteLoaded(found);
  return found.data;
}

/** The values of the block as the server keeps them, which are redacted from now on where they are secrets. */
export async function blockValues({ client }: Api, { type, name }: NamedBlock): Promise<JsonObject> {
  const found = await requireDocument(client, type, name);
  noteLoaded(found);
  return found.data;
}

function noteLoaded(found: BlockDocument, furtherSecrets: readonly string[] = []): void {
  revealSecrets(found, furtherSecrets);
  tellLoaded(found);
}

/** Nobody waits for the event, and a block that could be read is there whether the event is sent or not. */
function tellLoaded({ id, name, block_type }: BlockDocument): void {
  const slug = block_type?.slug;
  if (name === null || slug === undefined) return;
  const resource = { id: `prefect.block-document.${id}`, name };
  const related = [{ id: `prefect.block-type.${slug}`, role: "block-type" }];
  emit(`prefect.block.${slug}.loaded`, { resource, related }).catch(() => {});
}

export async function deleteBlock({ client }: Api, { type }: BlockDefinition, name: string): Promise<void> {
  const { id } = await requireDocument(client, type, name);
  await client.call<typeof deleteBlockDocument>("DELETE /block_documents/{id}", { params: { id } });
}

/** Rejects where there is no such block. */
export async function blockIdByName({ client }: Pick<Api, "client">, { type, name }: NamedBlock): Promise<string> {
  return (await requireDocument(client, type, name)).id;
}

async function requireDocument(client: Client, type: string, name: string): Promise<BlockDocument> {
  const found = await findDocument(client, type, name);
  if (found !== undefined) return found;
  throw new UsageError(`There is no block "${type}/${name}" on the server. Save it before, or check its name.`);
}

function findDocument(client: Client, slug: string, name: string): Promise<BlockDocument | undefined> {
  const path = "GET /block_types/slug/{slug}/block_documents/name/{block_document_name}";
  const params = { slug, block_document_name: name };
  return orUndefined(client.call<typeof readBlockDocumentByName>(path, { params, query: { include_secrets: true } }));
}

/** Undefined where the server does not have it. */
async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

interface DataToKeep {
  /** As the server takes it: nested blocks are references. */
  readonly data: JsonObject;
  /** As the schema describes it: nested blocks are their values. */
  readonly checked: unknown;
}

async function dataToKeep(client: Client, { type, kept }: BlockDefinition, given: unknown): Promise<DataToKeep> {
  if (!isPlainObject(given)) {
    throw new UsageError(`block "${type}": its values are ${JSON.stringify(given)}. Give an object of them.`);
  }
  const values = kept === undefined ? given : kept(bare(given) as JsonObject);
  const entries = await Promise.all(
    Object.entries(values).map(async ([field, value]) => {
      if (!isNamedBlock(value)) return [field, bare(value), bare(value)] as const;
      const { id, data } = await requireDocument(client, value.type, value.name);
      return [field, { $ref: { block_document_id: id } }, data] as const;
    }),
  );
  return {
    data: Object.fromEntries(entries.map(([field, kept]) => [field, kept])),
    checked: Object.fromEntries(entries.map(([field, , value]) => [field, value])),
  };
}

function isNamedBlock(value: unknown): value is NamedBlock {
  if (!isPlainObject(value) || Object.keys(value).length !== 2) return false;
  return typeof value.type === "string" && typeof value.name === "string";
}

/** The value without the wrapping of secrets. */
function bare(value: unknown): unknown {
  if (isSecret(value)) return (value as unknown as Secret<unknown>).peek();
  if (Array.isArray(value)) return value.map(bare);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, bare(part)]));
}

interface Registered {
  readonly typeId: string;
  readonly schemaId: string;
}

/** The type and the schema on the server, registered where it does not have them. */
async function register(client: Client, definition: BlockDefinition): Promise<Registered> {
  const typeId = (await registeredType(client, definition)).id;
  const newest = definition.isShared ? await newestSchema(client, typeId) : undefined;
  return { typeId, schemaId: newest ?? (await registeredSchema(client, definition, typeId)) };
}

async function registeredType(client: Client, { type, name, description }: BlockDefinition): Promise<BlockType> {
  const path = "GET /block_types/slug/{slug}";
  const known = await orUndefined(client.call<typeof readBlockTypeBySlug>(path, { params: { slug: type } }));
  if (known !== undefined) return known;
  const body = { name: name ?? titleOf(type), slug: type, description: description ?? null };
  return await client.call<typeof createBlockType>("POST /block_types/", { body });
}

async function newestSchema(client: Client, typeId: string): Promise<string | undefined> {
  const body = { block_schemas: { block_type_id: { any_: [typeId] } }, limit: 1 };
  const [newest] = await client.call<typeof filterBlockSchemas>("POST /block_schemas/filter", { body });
  return newest?.id;
}

/** Those of nested blocks are registered before, since the schema names them by their checksums. */
async function registeredSchema(client: Client, definition: BlockDefinition, typeId: string): Promise<string> {
  for (const nested of nestedBlocks(definition)) {
    const inner = definitionOf(nested.block);
    await registeredSchema(client, inner, (await registeredType(client, inner)).id);
  }
  const { fields, checksum } = await wireSchema(definition);
  const path = "GET /block_schemas/checksum/{checksum}";
  const params = { checksum };
  const known = await orUndefined(
    client.call<typeof readBlockSchemaByChecksum>(path, { params, query: { version: unversioned } }),
  );
  if (known !== undefined) return known.id;
  const capabilities = [...(definition.capabilities ?? [])];
  const body = { fields, block_type_id: typeId, capabilities, version: unversioned };
  return (await client.call<typeof createBlockSchema>("POST /block_schemas/", { body })).id;
}
