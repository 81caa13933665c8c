import {
  createBlockType,
  deleteBlockType,
  filterBlockTypes,
  installBlockTypes,
  readBlockType,
  readBlockTypeBySlug,
  updateBlockType,
} from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import { install } from "../system-blocks/installation.service.ts";
import * as blockTypes from "./block-types.service.ts";

export function blockTypeRoutes(serve: Serve): void {
  serve(createBlockType, ({ body, context }) => blockTypes.create(context, body));
  serve(readBlockType, ({ params, context }) => blockTypes.read(context, params.id));
  serve(readBlockTypeBySlug, ({ params, context }) => blockTypes.readBySlug(context, params.slug));
  serve(filterBlockTypes, ({ body, context }) => blockTypes.filter(context, body));
  serve(updateBlockType, async ({ params, body, context }) => {
    await blockTypes.update(context, params.id, body);
    return null;
  });
  serve(deleteBlockType, async ({ params, context }) => {
    await blockTypes.remove(context, params.id);
    return null;
  });
  serve(installBlockTypes, async ({ context }) => {
    await install(context);
    return null;
  });
}
