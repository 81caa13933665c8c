import type { Static } from "typebox";
import { BlockType } from "./block-types.ts";
import { BlockSchemaFilter } from "./filters.ts";
import { route } from "./route.ts";
import {
  ById,
  IndexedText,
  JsonObject,
  Limit,
  Maybe,
  Moment,
  None,
  Nullable,
  Offset,
  Open,
  Strict,
  Type,
  Uuid,
} from "./schema.ts";

export const BlockSchemaCreate = Strict({
  /**
   * The JSON Schema of the data, with `secret_fields` (paths whose values are secrets, `a.b` or `a.*`) and `block_schema_references`
   * (the nested blocks by field).
   */
  fields: Type.Optional(JsonObject),
  block_type_id: Uuid,
  capabilities: Type.Optional(Type.Array(Type.String())),
  version: Type.Optional(IndexedText),
});
export type BlockSchemaCreate = Static<typeof BlockSchemaCreate>;

export const BlockSchema = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  /** `sha256:` and the digest of the fields without their secret fields. */
  checksum: Type.String(),
  fields: JsonObject,
  block_type_id: Uuid,
  block_type: Nullable(BlockType),
  capabilities: Type.Array(Type.String()),
  version: Type.String(),
});
export type BlockSchema = Static<typeof BlockSchema>;

const tag = "Blocks";

export const createBlockSchema = route({
  method: "POST",
  path: "/block_schemas/",
  access: "run",
  summary: "Register a schema of a block type; one that is there is given back",
  tag,
  body: BlockSchemaCreate,
  replies: { 200: BlockSchema, 201: BlockSchema },
});

export const readBlockSchema = route({
  method: "GET",
  path: "/block_schemas/{id}",
  access: "read",
  summary: "Read a block schema",
  tag,
  params: ById,
  replies: { 200: BlockSchema },
});

export const readBlockSchemaByChecksum = route({
  method: "GET",
  path: "/block_schemas/checksum/{checksum}",
  access: "read",
  summary: "Read the newest block schema with a checksum",
  tag,
  params: Open({ checksum: Type.String() }),
  query: Open({ version: Maybe(Type.String()) }),
  replies: { 200: BlockSchema },
});

export const filterBlockSchemas = route({
  method: "POST",
  path: "/block_schemas/filter",
  access: "read",
  summary: "Find block schemas, newest first",
  tag,
  body: Open({ block_schemas: Maybe(BlockSchemaFilter), limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(BlockSchema) },
});

export const deleteBlockSchema = route({
  method: "DELETE",
  path: "/block_schemas/{id}",
  access: "edit",
  summary: "Delete a block schema with its documents",
  tag,
  params: ById,
  replies: { 204: None },
});

export const readBlockCapabilities = route({
  method: "GET",
  path: "/block_capabilities/",
  access: "read",
  summary: "The capabilities that some block schema has",
  tag,
  replies: { 200: Type.Array(Type.String()) },
});
