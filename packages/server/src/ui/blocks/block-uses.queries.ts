import type { Reader } from "../../db/dialect.ts";

const maxUses = 50;

export function documentsAround(reader: Reader, id: string) {
  return reader
    .selectFrom("block_document_reference")
    .innerJoin("block_document", "block_document.id", "block_document_reference.parent_id")
    .innerJoin("block_type", "block_type.id", "block_document.block_type_id")
    .select(["block_document.id", "block_document.name", "block_type.slug"])
    .distinct()
    .where("block_document_reference.block_document_id", "=", id)
    .orderBy("block_document.name")
    .limit(maxUses)
    .execute();
}
