import { formatTimestamp } from "@ostinato/core";
import type { BlockTypePage, BodyOf, listBlocks, listBlockTypes, ReplyOf } from "@ostinato/protocol";
import * as blockSchemas from "../../block-schemas/block-schemas.service.ts";
import * as blockTypes from "../../block-types/block-types.service.ts";
import type { Context } from "../../kernel/context.ts";
import * as queries from "./block-list.queries.ts";

export async function list({ db }: Context, body: BodyOf<typeof listBlocks>): Promise<ReplyOf<typeof listBlocks>> {
  const text = body.text?.trim() ?? "";
  const query = {
    text: text === "" ? undefined : text,
    types: body.types ?? [],
    sort: body.sort ?? ("TYPE" as const),
    limit: body.limit ?? 100,
    offset: body.offset ?? 0,
  };
  const [rows, count, types] = await Promise.all([
    queries.blocksInList(db.read, query),
    queries.countBlocks(db.read, query),
    queries.countedTypes(db.read),
  ]);
  return {
    results: rows.map((row) => ({
      ...row,
      created: formatTimestamp(row.created),
      updated: formatTimestamp(row.updated),
    })),
    count,
    types: types
      .filter(({ documents }) => documents > 0)
      .map(({ slug, name, documents }) => ({ slug, name, documents })),
  };
}

export async function listTypes({ db }: Context): Promise<ReplyOf<typeof listBlockTypes>> {
  const rows = await queries.countedTypes(db.read);
  return { results: rows.map((row) => ({ ...row, is_protected: row.is_protected === 1 })) };
}

/** What the form for a new document needs. Throws a 404 where there is no such type. */
export async function typePage(context: Context, slug: string): Promise<BlockTypePage> {
  const type = await blockTypes.readBySlug(context, slug);
  const block_schemas = { block_type_id: { any_: [type.id] } };
  const [schema] = await blockSchemas.filter(context, { block_schemas, limit: 1 });
  return { type, schema: schema ?? null };
}
