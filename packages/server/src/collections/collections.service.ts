import { type WorkerMetadata, workerMetadata } from "@ostinato/job-templates/worker-types";
import { refused } from "../kernel/errors.ts";

const workerView = "aggregate-worker-metadata";

/** The views of Prefect's packages that are about other things than work pools. */
const otherViews = ["aggregate-block-metadata", "aggregate-flow-metadata", "demo-flows"];

/** The view of that name. Throws a 404 for all but that of the types of work pools. */
export function readView(view: string): WorkerMetadata {
  if (view === workerView) return workerMetadata();
  if (otherViews.includes(view)) {
    throw refused(
      "FEATURE_ABSENT",
      `The view ${view} is not part of this version of Ostinato yet. There is ${workerView}.`,
    );
  }
  throw refused("PATH_NOT_FOUND", `View ${view} not found in registry. There is ${workerView}.`);
}
