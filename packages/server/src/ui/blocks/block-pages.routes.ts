import { listBlocks, listBlockTypes, readBlockPage, readBlockTypePage, readBlockUses } from "@ostinato/protocol";
import type { Serve } from "../../kernel/operation.ts";
import { list, listTypes, typePage } from "./block-list.service.ts";
import { blockPage, blockUses } from "./block-uses.service.ts";

/** The read models of the pages of blocks. */
export function blockPageRoutes(serve: Serve): void {
  serve(listBlocks, ({ body, context }) => list(context, body));
  serve(listBlockTypes, ({ context }) => listTypes(context));
  serve(readBlockTypePage, ({ params, context }) => typePage(context, params.slug));
  serve(readBlockPage, ({ params, context }) => blockPage(context, params.id));
  serve(readBlockUses, ({ params, context }) => blockUses(context, params.id));
}
