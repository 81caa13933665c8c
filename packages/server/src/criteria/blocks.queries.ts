import type { BlockDocumentFilter, BlockSchemaFilter, BlockTypeFilter } from "@ostinato/protocol";
import { type SqlBool, sql } from "kysely";
import { type Condition, join } from "./conditions.queries.ts";
import { criteriaOf } from "./criteria.queries.ts";
import { contains, holdsAll, isTrue, oneOf, oneOfIds } from "./operators.queries.ts";

const ofDocument = criteriaOf<BlockDocumentFilter>({
  id: { any_: oneOfIds("block_document.id") },
  is_anonymous: { eq_: isTrue("block_document.is_anonymous") },
  block_type_id: { any_: oneOfIds("block_document.block_type_id") },
  name: { any_: oneOf("block_document.name"), like_: contains("block_document.name") },
});

const ofType = criteriaOf<BlockTypeFilter>({
  name: { like_: contains("block_type.name") },
  slug: { any_: oneOf("block_type.slug") },
});

export const blockSchemaCondition = criteriaOf<BlockSchemaFilter>({
  block_type_id: { any_: oneOfIds("block_schema.block_type_id") },
  block_capabilities: { all_: holdsAll("block_schema.capabilities") },
  id: { any_: oneOfIds("block_schema.id") },
  version: { any_: oneOf("block_schema.version") },
});

export interface BlockCriteria {
  readonly block_documents?: BlockDocumentFilter | null | undefined;
  readonly block_types?: BlockTypeFilter | null | undefined;
  readonly block_schemas?: BlockSchemaFilter | null | undefined;
}

/** A condition on block documents that are joined with their types and schemas. */
export function blockDocumentCondition({
  block_documents,
  block_types,
  block_schemas,
}: BlockCriteria): Condition | undefined {
  return join(
    [ofDocument(withAnonymity(block_documents)), ofType(block_types), blockSchemaCondition(block_schemas)],
    "and_",
  );
}

/** Anonymous documents are found by who asks for them only. */
function withAnonymity(filter: BlockDocumentFilter | null | undefined): BlockDocumentFilter {
  const named = { is_anonymous: { eq_: false } };
  return filter === undefined || filter === null ? named : { ...named, ...filter };
}

/** Some schema of a type has to meet the criteria on schemas. */
export function blockTypeCondition({
  block_types,
  block_schemas,
}: Omit<BlockCriteria, "block_documents">): Condition | undefined {
  const ofSchema = blockSchemaCondition(block_schemas);
  const some =
    ofSchema &&
    sql<SqlBool>`EXISTS (SELECT 1 FROM block_schema WHERE block_schema.block_type_id = block_type.id AND ${ofSchema})`;
  return join([ofType(block_types), some], "and_");
}
