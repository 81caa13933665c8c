/** The event that tells the worker of a flow run that the run was deleted before its end. */
export const flowRunDeletedEvent = "ostinato.flow-run.deleted";
