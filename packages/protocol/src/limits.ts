/** The most that a run's parameters may take as JSON. */
export const parameterLimitBytes = 512 * 1024;

/** The most that the kept parameters of a run may take. */
export const keptParametersLimitBytes = 1024 * 1024;

/** The query of `/events/in` with which a client says that it reads of every event that is refused. */
export const askForRefusals = "refusals=all";

/** The most resources that an event may be related to. */
export const relatedLimit = 100;

/** The most that an artifact may take as the body of a request. */
export const artifactLimitBytes = 16 * 1024 * 1024;
