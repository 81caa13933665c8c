import manifest from "../../package.json" with { type: "json" };

/** Ostinato's own version. */
export const productVersion: string = manifest.version;

/**
 * The version that Prefect's clients compare with their own. They stop if the major version differs, and warn if the whole is
 * older than theirs; so it is well above 3.9.1, the newest client whose contract was verified, and versions to come.
 */
export const matchedClientVersion = "3.99.0";

/** The version of the REST contract that those clients send in `x-prefect-api-version`. */
export const restApiVersion = "0.8.4";

/** Clients with an older contract are not supported. */
export const oldestRestApiVersion = "0.8.0";
