import { formatTimestamp } from "@ostinato/core";
import type { BlockDocument, BlockDocumentReferences } from "@ostinato/protocol";
import type { BlockSchemaRow } from "../block-schemas/block-schemas.service.ts";
import * as blockSchemas from "../block-schemas/block-schemas.service.ts";
import * as blockTypes from "../block-types/block-types.service.ts";
import type { Reader } from "../db/dialect.ts";
import { readJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { refused } from "../kernel/errors.ts";
import { checkAnswerSize } from "../kernel/paging.ts";
import { unseal } from "../secrets/secrets.service.ts";
import type { JsonObject } from "../user-input/json-types.rules.ts";
import * as queries from "./block-documents.queries.ts";

type Row = queries.BlockDocumentRow;

export interface Reading {
  readonly reader: Reader;
  readonly withSecrets: boolean;
}

/** The documents with what they nest. Throws a 409 where secrets are asked for that this server has no key for. */
export async function presented(
  context: Context,
  rows: readonly Row[],
  { reader, withSecrets }: Reading,
): Promise<BlockDocument[]> {
  const world = await surroundings(reader, rows);
  checkAnswerSize(rows.map((row) => row.data.length + (world.schemas.get(row.block_schema_id)?.fields.length ?? 0)));
  const nesting: Nesting = {
    ...world,
    left: maxNested,
    dataOf: (row) => dataOf(context, row, withSecrets),
  };
  return rows.map((row) => present(row, nesting));
}

/** The data of one document alone, as it is kept. */
export function dataOf(context: Context, row: Pick<Row, "id" | "data" | "secrets">, withSecrets: boolean): JsonObject {
  if (!withSecrets || row.secrets === null) return readJson(row.data);
  return readJson(unseal(context, row.secrets, row.id));
}

/** What documents are shown with. */
interface Surroundings {
  readonly schemas: ReadonlyMap<string, BlockSchemaRow>;
  /** By the id of the document that nests. */
  readonly nested: ReadonlyMap<string, readonly queries.NestedRow[]>;
}

/** Asked at once, so that a load takes two round trips to the database. */
async function surroundings(reader: Reader, rows: readonly Row[]): Promise<Surroundings> {
  const nesting = rows.filter((row) => Boolean(row.nests)).map(({ id }) => id);
  const [schemas, nested] = await Promise.all([
    blockSchemas.rowsByIds(reader, [...new Set(rows.map((row) => row.block_schema_id))]),
    queries.nestedBelow(reader, nesting),
  ]);
  return {
    schemas: new Map(schemas.map((schema) => [schema.id, schema])),
    nested: Map.groupBy(nested, ({ parent_id }) => parent_id),
  };
}

/** A few documents that nest each other twice would make an answer without end. */
const maxNested = 10_000;

interface Nesting extends Surroundings {
  /** How many nested documents the answer may still have. */
  left: number;
  readonly dataOf: (row: Row) => JsonObject;
}

function present(row: Row, nesting: Nesting): BlockDocument {
  const type = queries.typeOf(row);
  const schema = nesting.schemas.get(row.block_schema_id);
  const { data, references } = whole(row, nesting);
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    name: row.name,
    data,
    block_schema_id: row.block_schema_id,
    block_schema: schema === undefined ? null : blockSchemas.presentBlockSchema(schema, type),
    block_type_id: row.block_type_id,
    block_type_name: type.name,
    block_type: blockTypes.presentBlockType(type),
    block_document_references: references,
    is_anonymous: row.is_anonymous === 1,
  };
}

interface Whole {
  readonly data: JsonObject;
  readonly references: BlockDocumentReferences;
}

/** The data of a document with that of the documents that it nests. */
function whole(row: Row, nesting: Nesting): Whole {
  const data: Record<string, unknown> = { ...nesting.dataOf(row) };
  const references: Record<string, BlockDocumentReferences[string]> = {};
  for (const child of nesting.nested.get(row.id) ?? []) {
    nesting.left -= 1;
    if (nesting.left < 0) throw tooMany();
    const inner = whole(child, nesting);
    data[child.field] = inner.data;
    references[child.field] = {
      block_document: {
        id: child.id,
        name: child.name,
        block_type: blockTypes.presentBlockType(queries.typeOf(child)),
        is_anonymous: child.is_anonymous === 1,
        block_document_references: inner.references,
      },
    };
  }
  return { data, references };
}

function tooMany() {
  return refused(
    "ANSWER_TOO_LARGE",
    `These block documents nest more than ${maxNested} others. Ask for fewer, or nest less.`,
  );
}
