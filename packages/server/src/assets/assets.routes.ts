import { deleteAsset, filterAssets, filterMaterializations, readAsset, readAssetLineage } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as assets from "./assets.service.ts";

export function assetRoutes(serve: Serve): void {
  serve(filterAssets, ({ body, context }) => assets.filter(context, body));
  serve(readAsset, ({ query, context }) => assets.read(context, query.key));
  serve(readAssetLineage, ({ query, context }) => assets.lineage(context, query.key));
  serve(filterMaterializations, ({ body, context }) => assets.materializations(context, body));
  serve(deleteAsset, async ({ query, context }) => {
    await assets.remove(context, query.key);
    return null;
  });
}
