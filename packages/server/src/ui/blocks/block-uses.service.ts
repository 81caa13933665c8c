import type { BlockDocument, BlockPage, BlockUses } from "@ostinato/protocol";
import * as blockDocuments from "../../block-documents/block-documents.service.ts";
import type { Context } from "../../kernel/context.ts";
import { hasWord, usesOf } from "../uses/uses.service.ts";
import { documentsAround } from "./block-uses.queries.ts";

/** What refers to the block document. Throws a 404 where that is not there. */
export async function blockUses(context: Context, id: string): Promise<BlockUses> {
  return (await blockPage(context, id)).uses;
}

export async function blockPage(context: Context, id: string): Promise<BlockPage> {
  const document = await blockDocuments.read(context, id, false);
  return { document, uses: await usesOfDocument(context, document) };
}

async function usesOfDocument({ db }: Context, { id, name, block_type }: BlockDocument): Promise<BlockUses> {
  const placeholder = `prefect.blocks.${block_type?.slug ?? ""}.${name}`;
  const isIn = (text: string) => text.includes(id) || hasWord(text, placeholder);
  const [around, others] = await Promise.all([
    documentsAround(db.read, id),
    usesOf(db, { words: [placeholder, id], isIn, documentId: id }),
  ]);
  return {
    block_documents: around.map(({ slug, ...document }) => ({ ...document, block_type_slug: slug })),
    ...others,
  };
}
