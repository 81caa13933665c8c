/** The bound on a run's parameters as JSON. */
export const parameterLimitBytes = 512 * 1024;

/** The bound on the kept parameters of a run. */
export const keptParametersLimitBytes = 1024 * 1024;

/** The query string of `/events/in` by which a client asks to be told of each refused event. */
export const askForRefusals = "refusals=all";

/** The bound on the related resources of an event. */
export const relatedLimit = 100;

/** Bounds on an event, besides the 1024 characters of its name. `characters` counts those of its JSON. */
export const eventLimits = {
  labels: 500,
  related: relatedLimit,
  characters: 1_500_000,
  resourceIdBytes: 1024,
  nameCharacters: 1024,
} as const;

/** The bound on the value of a variable as JSON. */
export const maxVariableBytes = 1024 * 1024;

/** The bound on the request body that creates an artifact. */
export const artifactLimitBytes = 16 * 1024 * 1024;

/** The label of a deferred task run that says when its turn is: smaller goes first; 0 by default. */
export const priorityLabel = "ostinato.priority";
export const maxTaskPriority = 1000;

/** So many task runs are created in one request at most. */
export const maxTaskRunsTogether = 200;

/** The ends of so many task runs are read in one request at most. */
export const maxTaskRunEnds = 200;
