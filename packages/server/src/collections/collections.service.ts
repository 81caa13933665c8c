import { type WorkerMetadata, workerMetadata } from "@ostinato/job-templates/worker-types";
import { refused } from "../kernel/errors.ts";
import { blockMetadata } from "../system-blocks/installation.service.ts";
import type { JsonObject } from "../user-input/json-types.rules.ts";

const workerView = "aggregate-worker-metadata";
const blockView = "aggregate-block-metadata";

/** The views of Prefect's packages that are about other things than work pools and blocks. */
const otherViews = ["aggregate-flow-metadata", "demo-flows"];

/** The view of that name. Throws a 404 for all but those of the types of work pools and of blocks. */
export function readView(view: string): WorkerMetadata | JsonObject {
  if (view === workerView) return workerMetadata();
  if (view === blockView) return blockMetadata();
  if (otherViews.includes(view)) {
    throw refused(
      "FEATURE_ABSENT",
      `The view ${view} is not part of this version of Ostinato yet. There are ${workerView} and ${blockView}.`,
    );
  }
  throw refused("PATH_NOT_FOUND", `View ${view} not found in registry. There are ${workerView} and ${blockView}.`);
}
