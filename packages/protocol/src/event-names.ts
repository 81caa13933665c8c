/** Tells whoever works on a flow run that it was deleted before its end. */
export const flowRunDeletedEvent = "ostinato.flow-run.deleted";
