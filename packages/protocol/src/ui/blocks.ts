import type { Static } from "typebox";
import { route } from "../route.ts";
import { ById, Open, Type, Uuid } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/** What refers to a block document, at most 50 of each kind by name. All of it fails, or loses the block, once that is deleted. */
export const BlockUses = Open({
  /** Documents that nest it. */
  block_documents: Type.Array(Open({ id: Uuid, name: Type.String(), block_type_slug: Type.String() })),
  /** Deployments whose parameters, job variables, pull steps, storage or infrastructure refer to it. */
  deployments: Type.Array(Open({ id: Uuid, name: Type.String(), flow_name: Type.String() })),
  /** Work pools whose job template refers to it. */
  work_pools: Type.Array(Open({ id: Uuid, name: Type.String() })),
});
export type BlockUses = Static<typeof BlockUses>;

export const readBlockUses = route({
  method: "GET",
  path: "/ui/block_documents/{id}/uses",
  access: "read",
  summary: "What refers to a block document",
  tag: pagesTag,
  params: ById,
  replies: { 200: BlockUses },
});
