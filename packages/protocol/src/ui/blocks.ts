import type { Static } from "typebox";
import { BlockDocument } from "../block-documents.ts";
import { BlockSchema } from "../block-schemas.ts";
import { BlockType } from "../block-types.ts";
import { route } from "../route.ts";
import { ById, Enum, Maybe, Moment, Nullable, Offset, Open, Type, Uuid } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/** A block document as a list shows it: without its data. */
export const BlockRow = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  block_type_slug: Type.String(),
  block_type_name: Type.String(),
});
export type BlockRow = Static<typeof BlockRow>;

export const blockListSorts = ["TYPE", "NAME_ASC", "NAME_DESC", "UPDATED_DESC"] as const;
export type BlockListSort = (typeof blockListSorts)[number];

/** Documents without a name of their own are left out. */
export const listBlocks = route({
  method: "POST",
  path: "/ui/block_documents/list",
  access: "read",
  summary: "Block documents with their types, without their data",
  tag: pagesTag,
  body: Open({
    /** A part of the name of the document or of its type. */
    text: Maybe(Type.String({ maxLength: 200 })),
    /** Slugs of types. */
    types: Maybe(Type.Array(Type.String(), { maxItems: 100 })),
    /** By the names of types, then of documents, unless given. */
    sort: Maybe(Enum(blockListSorts)),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 200 })),
    offset: Offset,
  }),
  bodyOptional: true,
  replies: {
    200: Open({
      results: Type.Array(BlockRow),
      count: Type.Integer(),
      /** The types of all documents, by name. */
      types: Type.Array(Open({ slug: Type.String(), name: Type.String(), documents: Type.Integer() })),
    }),
  },
});

/** A block type to choose from. */
export const BlockTypeRow = Open({
  id: Uuid,
  slug: Type.String(),
  name: Type.String(),
  description: Nullable(Type.String()),
  is_protected: Type.Boolean(),
  /** How many documents with a name it has. */
  documents: Type.Integer(),
});
export type BlockTypeRow = Static<typeof BlockTypeRow>;

export const listBlockTypes = route({
  method: "GET",
  path: "/ui/block_types",
  access: "read",
  summary: "Block types with how many documents they have, by name, at most 1,000",
  tag: pagesTag,
  replies: { 200: Open({ results: Type.Array(BlockTypeRow) }) },
});

export const BlockTypePage = Open({
  type: BlockType,
  /** The schema that was registered last, for new documents; null where there is none. */
  schema: Nullable(BlockSchema),
});
export type BlockTypePage = Static<typeof BlockTypePage>;

export const readBlockTypePage = route({
  method: "GET",
  path: "/ui/block_types/{slug}",
  access: "read",
  summary: "What the form for a new block document shows, in one answer",
  tag: pagesTag,
  params: Open({ slug: Type.String() }),
  replies: { 200: BlockTypePage },
});

/** What refers to a block document, at most 50 of each kind by name. All of it fails, or loses the block, once that is deleted. */
export const BlockUses = Open({
  /** Documents that nest it. */
  block_documents: Type.Array(Open({ id: Uuid, name: Type.String(), block_type_slug: Type.String() })),
  /** Deployments whose parameters, job variables, pull steps, storage or infrastructure refer to it. */
  deployments: Type.Array(Open({ id: Uuid, name: Type.String(), flow_name: Type.String() })),
  /** Work pools whose job template refers to it. */
  work_pools: Type.Array(Open({ id: Uuid, name: Type.String() })),
  /** Automations whose actions refer to it. */
  automations: Type.Array(Open({ id: Uuid, name: Type.String() })),
});
export type BlockUses = Static<typeof BlockUses>;

export const BlockPage = Open({
  /** With asterisks in place of its secrets. */
  document: BlockDocument,
  uses: BlockUses,
});
export type BlockPage = Static<typeof BlockPage>;

export const readBlockPage = route({
  method: "GET",
  path: "/ui/block_documents/{id}",
  access: "read",
  summary: "What the page of a block document shows first, in one answer",
  tag: pagesTag,
  params: ById,
  replies: { 200: BlockPage },
});

export const readBlockUses = route({
  method: "GET",
  path: "/ui/block_documents/{id}/uses",
  access: "read",
  summary: "What refers to a block document",
  tag: pagesTag,
  params: ById,
  replies: { 200: BlockUses },
});
