import { readCollectionView } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import { readView } from "./collections.service.ts";

/** The lists of what packages bring, which Prefect's clients look up. */
export function collectionRoutes(serve: Serve): void {
  serve(readCollectionView, ({ params }) => readView(params.view));
}
