import type { BlockUses } from "@ostinato/protocol";
import * as blockDocuments from "../../block-documents/block-documents.service.ts";
import type { Context } from "../../kernel/context.ts";
import * as queries from "./block-uses.queries.ts";

/** What refers to the block document. Throws a 404 where that is not there. */
export async function blockUses(context: Context, id: string): Promise<BlockUses> {
  const { name, block_type } = await blockDocuments.read(context, id, false);
  const block = { id, placeholder: `prefect.blocks.${block_type?.slug ?? ""}.${name}` };
  const [around, deployments, pools] = await Promise.all([
    queries.documentsAround(context.db.read, id),
    queries.deploymentsWith(context.db, block),
    queries.poolsWith(context.db, block),
  ]);
  return {
    block_documents: around.map(({ slug, ...document }) => ({ ...document, block_type_slug: slug })),
    deployments: deployments
      .filter(({ id: _, name: __, flow_name: ___, ...texts }) => refers(Object.values(texts), block))
      .map(({ id, name, flow_name }) => ({ id, name, flow_name })),
    work_pools: pools
      .filter(({ base_job_template: template }) => refers([template], block))
      .map(({ id, name }) => ({ id, name })),
  };
}

function refers(texts: readonly (string | null)[], { id, placeholder }: queries.UsedBlock): boolean {
  const named = new RegExp(`${placeholder.replaceAll(".", "\\.")}(?![a-z0-9-])`);
  return texts.some((text) => text !== null && (text.includes(id) || named.test(text)));
}
