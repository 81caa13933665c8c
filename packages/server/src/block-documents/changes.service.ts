import { timeOrderedId } from "@ostinato/core";
import type { BlockDocument, BlockDocumentCreate, BlockDocumentUpdate } from "@ostinato/protocol";
import type { BlockSchemaRow } from "../block-schemas/block-schemas.service.ts";
import * as blockSchemas from "../block-schemas/block-schemas.service.ts";
import { secretPaths } from "../block-schemas/block-schemas.service.ts";
import * as blockTypes from "../block-types/block-types.service.ts";
import { readJson, writeJson } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import type { Context } from "../kernel/context.ts";
import { absent, conflict, invalid, refused } from "../kernel/errors.ts";
import type { Lifecycle } from "../kernel/lifecycle-event.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { seal } from "../secrets/secrets.service.ts";
import type { JsonObject } from "../user-input/json-types.rules.ts";
import * as queries from "./block-documents.queries.ts";
import { anonymousName } from "./block-documents.service.ts";
import { dataOf, presented } from "./reading.service.ts";
import { separated } from "./references.rules.ts";
import { masked, withKeptSecrets } from "./secret-paths.rules.ts";
import { blockDocumentEvent } from "./telling.service.ts";
import { problemsOfValues } from "./values.rules.ts";

export async function create(context: Context, given: BlockDocumentCreate): Promise<BlockDocument> {
  const name = anonymousName(given);
  if (name === undefined) throw nameless();
  const { data, references } = separated(given.data ?? {});
  return unit(context, async (unit) => {
    const { tx } = unit;
    const schema = await schemaFor(unit, { schemaId: given.block_schema_id, typeId: given.block_type_id });
    const now = context.clock.now();
    const id = timeOrderedId(now);
    const row = {
      id,
      created: now,
      updated: now,
      name,
      ...(await keptData(unit, { id, data, schema })),
      block_schema_id: schema.id,
      block_type_id: given.block_type_id.toLowerCase(),
      is_anonymous: given.is_anonymous === true ? (1 as const) : (0 as const),
    };
    if (!(await queries.insertBlockDocument(tx, row))) throw refused("DATA_CONFLICT", "Block already exists");
    await nest(unit, id, references);
    return tell(unit, "created", id);
  });
}

function nameless() {
  const msg = "Value error, Names must be provided for block documents.";
  return invalid([{ type: "value_error", loc: ["body"], msg }]);
}

/** The schema, which has to be of the type. */
async function schemaFor(
  { tx }: Unit,
  { schemaId, typeId }: { readonly schemaId: string; readonly typeId: string },
): Promise<BlockSchemaRow> {
  const type = await blockTypes.findRow(tx, typeId.toLowerCase());
  if (type === undefined) throw conflict(`block_type_id: there is no block type ${typeId}.`);
  const schema = await blockSchemas.findRow(tx, schemaId.toLowerCase());
  if (schema === undefined) throw conflict(`block_schema_id: there is no block schema ${schemaId}.`);
  if (schema.block_type_id === type.id) return schema;
  throw refused(
    "BLOCK_SCHEMA_REFUSED",
    `block_schema_id: the block schema ${schemaId} belongs to another block type than "${type.slug}". Its secrets would be those of that type.`,
  );
}

interface DataToKeep {
  readonly id: string;
  readonly data: JsonObject;
  readonly schema: BlockSchemaRow;
}

async function keptData(unit: Unit, { id, data, schema }: DataToKeep) {
  const fields = readJson<JsonObject>(schema.fields);
  const problems = problemsOfValues(fields.block_type_slug, data);
  if (problems.length > 0) throw invalid(problems);
  const shown = writeJson(masked(data, secretPaths(fields)));
  const text = writeJson(data);
  return { data: shown, secrets: shown === text ? null : await seal(unit, text, id) };
}

/** Writes the fields that are given. */
export async function update(context: Context, id: string, given: BlockDocumentUpdate): Promise<void> {
  await unit(context, async (unit) => {
    const { tx } = unit;
    const row = await queries.blockDocumentForChange(tx, id);
    if (row === undefined) throw absent("Block document");
    const schemaId = given.block_schema_id ?? row.block_schema_id;
    const schema = await migratedSchema(unit, row, schemaId);
    const merges = given.merge_existing_data ?? true;
    const update = separated(given.data ?? {});
    if (given.data !== undefined || schema.id !== row.block_schema_id) {
      const present = dataOf(context, row, true);
      const told = withKeptSecrets(update.data, present, secretPaths(readJson(schema.fields)));
      const all = merges || given.data === undefined ? { ...present, ...told } : told;
      const data = withoutFields(all, update.references);
      await queries.updateBlockDocument(tx, id, {
        ...(await keptData(unit, { id, data, schema })),
        block_schema_id: schema.id,
        updated: context.clock.now(),
      });
    }
    if (given.data !== undefined) {
      await nest(unit, id, await nestedAfter(unit, id, { given: given.data, update, merges }));
    }
    await tell(unit, "updated", id);
  });
}

function withoutFields(data: JsonObject, fields: ReadonlyMap<string, unknown>): JsonObject {
  return Object.fromEntries(Object.entries(data).filter(([field]) => !fields.has(field)));
}

/** The schema that the document gets, which has to be of the same type. */
async function migratedSchema({ tx }: Unit, row: queries.BlockDocumentRow, schemaId: string): Promise<BlockSchemaRow> {
  const schema = await blockSchemas.findRow(tx, schemaId.toLowerCase());
  if (schema === undefined) throw conflict(`block_schema_id: there is no block schema ${schemaId}.`);
  if (schema.block_type_id === row.block_type_id) return schema;
  throw refused("BLOCK_SCHEMA_REFUSED", "Must migrate block document to a block schema of the same block type.");
}

interface NewNesting {
  readonly given: JsonObject;
  readonly update: ReturnType<typeof separated>;
  readonly merges: boolean;
}

/** Documents stay nested under the fields that a merging change does not name. */
async function nestedAfter(
  { tx }: Unit,
  id: string,
  { given, update, merges }: NewNesting,
): Promise<ReadonlyMap<string, string>> {
  if (!merges) return update.references;
  const present = (await queries.referencesBelow(tx, [id])).filter(({ parent_id }) => parent_id === id);
  const kept = present.filter(({ name }) => !Object.hasOwn(given, name));
  return new Map([
    ...kept.map(({ name, block_document_id }) => [name, block_document_id] as const),
    ...update.references,
  ]);
}

/** Nests the documents, unless one of them nests this one already. */
async function nest({ tx }: Unit, id: string, references: ReadonlyMap<string, string>): Promise<void> {
  const ids = [...new Set(references.values())];
  const held = new Set(await queries.heldDocuments(tx, ids));
  for (const [field, nested] of references) {
    if (!held.has(nested)) throw conflict(`data.${field}: there is no block document ${nested}.`);
  }
  await queries.putReferences(tx, id, references);
  const below = await queries.referencesBelow(tx, ids);
  for (const [field, nested] of references) {
    if (nested === id || isBelow(below, nested, id)) throw circular({ field, parent: id, nested });
  }
}

function isBelow(references: readonly queries.ReferenceRow[], from: string, id: string): boolean {
  const seen = new Set<string>();
  const waiting = [from];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === id) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    waiting.push(...references.filter(({ parent_id }) => parent_id === next).map((row) => row.block_document_id));
  }
  return false;
}

/** The sentence is Prefect's, with the field before it. */
function circular({ field, parent, nested }: Readonly<Record<"field" | "parent" | "nested", string>>) {
  return refused(
    "BLOCK_REFERENCE_REFUSED",
    `data.${field}: Cannot create block document reference: it would introduce a cycle into the block_document_reference graph (parent=${parent}, reference=${nested}).`,
  );
}

export async function remove(context: Context, id: string): Promise<void> {
  await unit(context, async (unit) => {
    if ((await queries.blockDocumentForChange(unit.tx, id)) === undefined) throw absent("Block document");
    await tell(unit, "deleted", id);
    await queries.deleteBlockDocument(unit.tx, id);
    unit.deleted("block-document", [id]);
  });
}

/** Records what became of the document, unless nobody knows it by name, and gives it without its secrets. */
async function tell(unit: Unit, action: Lifecycle["action"], id: string): Promise<BlockDocument> {
  const { tx, context } = unit;
  const row = await queries.blockDocumentById(tx, id);
  const [document] = row === undefined ? [] : await presented(context, [row], { reader: tx, withSecrets: false });
  if (document === undefined) throw absent("Block document");
  if (action !== "deleted") unit.changed("block-document", [document], ({ id, name }) => ({ id, name }));
  if (!document.is_anonymous) {
    await events.recordNew(unit, [blockDocumentEvent(action, document, context.clock.now())]);
  }
  return document;
}
