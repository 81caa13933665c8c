/** The bound on a run's parameters as JSON. */
export const parameterLimitBytes = 512 * 1024;

/** The bound on the kept parameters of a run. */
export const keptParametersLimitBytes = 1024 * 1024;

/** The query string of `/events/in` by which a client asks to be told of each refused event. */
export const askForRefusals = "refusals=all";

/** The bound on the related resources of an event. */
export const relatedLimit = 100;

/** The bound on the value of a variable as JSON. */
export const maxVariableBytes = 1024 * 1024;

/** The bound on the request body that creates an artifact. */
export const artifactLimitBytes = 16 * 1024 * 1024;
