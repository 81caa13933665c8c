import type { Static } from "typebox";
import { BlockSchema } from "./block-schemas.ts";
import { BlockType, dashedName } from "./block-types.ts";
import { BlockDocumentFilter, BlockSchemaFilter, BlockTypeFilter } from "./filters.ts";
import { blockDocumentNames } from "./name-rules.ts";
import { route } from "./route.ts";
import {
  ById,
  Count,
  Enum,
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

const Name = dashedName(blockDocumentNames);

/**
 * `data` may nest other documents: `{"inner": {"$ref": {"block_document_id": "…"}}}`. A document without a name is anonymous, and gets a
 * random one.
 */
export const BlockDocumentCreate = Strict({
  name: Maybe(Name),
  data: Type.Optional(JsonObject),
  block_schema_id: Uuid,
  block_type_id: Uuid,
  is_anonymous: Type.Optional(Type.Boolean()),
});
export type BlockDocumentCreate = Static<typeof BlockDocumentCreate>;

/** A secret that comes back as asterisks stays what it is. */
export const BlockDocumentUpdate = Strict({
  block_schema_id: Maybe(Uuid),
  data: Type.Optional(JsonObject),
  /** Whether fields that are left out stay; true by default. */
  merge_existing_data: Type.Optional(Type.Boolean()),
});
export type BlockDocumentUpdate = Static<typeof BlockDocumentUpdate>;

/** The nested documents by field. */
export interface BlockDocumentReferences {
  readonly [field: string]: {
    readonly block_document: {
      readonly id: string;
      readonly name: string;
      readonly block_type: BlockType;
      readonly is_anonymous: boolean;
      readonly block_document_references: BlockDocumentReferences;
    };
  };
}

export const BlockDocument = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  /** With the data of nested documents. Secrets are asterisks, unless the request includes them. */
  data: JsonObject,
  block_schema_id: Uuid,
  block_schema: Nullable(BlockSchema),
  block_type_id: Uuid,
  block_type_name: Nullable(Type.String()),
  block_type: Nullable(BlockType),
  block_document_references: Type.Unsafe<BlockDocumentReferences>(JsonObject),
  is_anonymous: Type.Boolean(),
});
export type BlockDocument = Static<typeof BlockDocument>;

export const blockDocumentSorts = ["NAME_ASC", "NAME_DESC", "BLOCK_TYPE_AND_NAME_ASC"] as const;
export type BlockDocumentSort = (typeof blockDocumentSorts)[number];

const tag = "Blocks";
const WithSecrets = Open({ include_secrets: Type.Optional(Type.Boolean()) });
const criteria = {
  block_documents: Maybe(BlockDocumentFilter),
  block_types: Maybe(BlockTypeFilter),
  block_schemas: Maybe(BlockSchemaFilter),
};

export const createBlockDocument = route({
  method: "POST",
  path: "/block_documents/",
  access: "run",
  summary: "Save a block document",
  tag,
  body: BlockDocumentCreate,
  hasSecrets: true,
  replies: { 201: BlockDocument },
});

/** Reading secrets takes the access level `run`. */
export const readBlockDocument = route({
  method: "GET",
  path: "/block_documents/{id}",
  access: "read",
  summary: "Read a block document",
  tag,
  params: ById,
  query: WithSecrets,
  replies: { 200: BlockDocument },
});

export const updateBlockDocument = route({
  method: "PATCH",
  path: "/block_documents/{id}",
  access: "run",
  summary: "Change the data or the schema of a block document",
  tag,
  params: ById,
  body: BlockDocumentUpdate,
  hasSecrets: true,
  replies: { 204: None },
});

export const deleteBlockDocument = route({
  method: "DELETE",
  path: "/block_documents/{id}",
  access: "run",
  summary: "Delete a block document",
  tag,
  params: ById,
  replies: { 204: None },
});

export const filterBlockDocuments = route({
  method: "POST",
  path: "/block_documents/filter",
  access: "read",
  summary: "Find block documents",
  tag,
  body: Open({
    ...criteria,
    include_secrets: Maybe(Type.Boolean()),
    sort: Maybe(Enum(blockDocumentSorts)),
    limit: Limit,
    offset: Offset,
  }),
  bodyOptional: true,
  replies: { 200: Type.Array(BlockDocument) },
});

export const countBlockDocuments = route({
  method: "POST",
  path: "/block_documents/count",
  access: "read",
  summary: "Count block documents",
  tag,
  body: Open(criteria),
  bodyOptional: true,
  replies: { 200: Count },
});

export const blockDocumentsOfType = route({
  method: "GET",
  path: "/block_types/slug/{slug}/block_documents",
  access: "read",
  summary: "The block documents of a block type",
  tag,
  params: Open({ slug: Type.String() }),
  query: WithSecrets,
  replies: { 200: Type.Array(BlockDocument) },
});

export const readBlockDocumentByName = route({
  method: "GET",
  path: "/block_types/slug/{slug}/block_documents/name/{block_document_name}",
  access: "read",
  summary: "Read a block document by the slug of its type and its name",
  tag,
  params: Open({ slug: Type.String(), block_document_name: Type.String() }),
  query: WithSecrets,
  replies: { 200: BlockDocument },
});
