import type { Static } from "typebox";
import { BlockSchemaFilter, BlockTypeFilter } from "./filters.ts";
import { dashedNames, type NameRule } from "./name-rules.ts";
import { route } from "./route.ts";
import {
  ById,
  Indexed,
  Limit,
  Maybe,
  Moment,
  maxIndexedBytes,
  None,
  Nullable,
  Offset,
  Open,
  Strict,
  Type,
  Uuid,
} from "./schema.ts";

/** A name that people read: none of the characters that Prefect keeps for addresses and markup. */
export const BlockName = Indexed(Type.String({ maxLength: maxIndexedBytes, pattern: "^[^/%&><]+$" }));

/** A name in addresses and in Python. */
export function dashedName({ pattern, refusal }: NameRule) {
  return Type.Refine(
    Indexed(Type.String({ maxLength: maxIndexedBytes })),
    (name) => pattern.test(name),
    () => refusal,
  );
}

const wording = {
  logo_url: Maybe(Type.String()),
  documentation_url: Maybe(Type.String()),
  description: Maybe(Type.String()),
  code_example: Maybe(Type.String()),
};

export const BlockTypeCreate = Strict({
  name: BlockName,
  slug: dashedName(dashedNames("Block type slug")),
  ...wording,
});
export type BlockTypeCreate = Static<typeof BlockTypeCreate>;

/** Writes only the fields that are present. */
export const BlockTypeUpdate = Strict(wording);
export type BlockTypeUpdate = Static<typeof BlockTypeUpdate>;

export const BlockType = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  slug: Type.String(),
  logo_url: Nullable(Type.String()),
  documentation_url: Nullable(Type.String()),
  description: Nullable(Type.String()),
  code_example: Nullable(Type.String()),
  /** Whether the type comes with the server and can't be deleted. */
  is_protected: Type.Boolean(),
});
export type BlockType = Static<typeof BlockType>;

const tag = "Blocks";
const BySlug = Open({ slug: Type.String() });

export const createBlockType = route({
  method: "POST",
  path: "/block_types/",
  access: "run",
  summary: "Register a block type",
  tag,
  body: BlockTypeCreate,
  replies: { 201: BlockType },
});

export const readBlockType = route({
  method: "GET",
  path: "/block_types/{id}",
  access: "read",
  summary: "Read a block type",
  tag,
  params: ById,
  replies: { 200: BlockType },
});

export const readBlockTypeBySlug = route({
  method: "GET",
  path: "/block_types/slug/{slug}",
  access: "read",
  summary: "Read a block type by its slug",
  tag,
  params: BySlug,
  replies: { 200: BlockType },
});

export const filterBlockTypes = route({
  method: "POST",
  path: "/block_types/filter",
  access: "read",
  summary: "Find block types, by name",
  tag,
  body: Open({
    block_types: Maybe(BlockTypeFilter),
    block_schemas: Maybe(BlockSchemaFilter),
    limit: Limit,
    offset: Offset,
  }),
  bodyOptional: true,
  replies: { 200: Type.Array(BlockType) },
});

export const updateBlockType = route({
  method: "PATCH",
  path: "/block_types/{id}",
  access: "run",
  summary: "Change what a block type says of itself",
  tag,
  params: ById,
  body: BlockTypeUpdate,
  replies: { 204: None },
});

export const deleteBlockType = route({
  method: "DELETE",
  path: "/block_types/{id}",
  access: "edit",
  summary: "Delete a block type with its schemas and its documents",
  tag,
  params: ById,
  replies: { 204: None },
});

export const installBlockTypes = route({
  method: "POST",
  path: "/block_types/install_system_block_types",
  access: "run",
  summary: "Put back those of the server's own block types that are gone",
  tag,
  replies: { 200: None },
});
