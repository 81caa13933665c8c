/** The event that tells the worker of a flow run that the run was deleted before its end. */
export const flowRunDeletedEvent = "ostinato.flow-run.deleted";

/** The event that tells a flow run that a message to it, or another value, is kept among its inputs. */
export const flowRunInputEvent = "ostinato.flow-run.input";
