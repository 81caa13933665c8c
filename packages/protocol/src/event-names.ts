/** The event that tells the worker of a flow run that the run was deleted before its end. */
export const flowRunDeletedEvent = "ostinato.flow-run.deleted";

/** The events by which programs tell of assets: those of Prefect's clients. */
export const assetEvents = {
  succeeded: "prefect.asset.materialization.succeeded",
  failed: "prefect.asset.materialization.failed",
  referenced: "prefect.asset.referenced",
} as const;

/** The event that tells a flow run that a message to it, or another value, is kept among its inputs. */
export const flowRunInputEvent = "ostinato.flow-run.input";
