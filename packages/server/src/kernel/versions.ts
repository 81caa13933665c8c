import manifest from "../../package.json" with { type: "json" };

/** Ostinato's own version. */
export const productVersion: string = manifest.version;

/**
 * What Prefect's clients are told to talk to. They stop when the first number is not their own, and warn when the whole
 * is older than themselves; so it stands well above the newest client whose contract was verified, which is 3.9.1, and those to come.
 */
export const matchedClientVersion = "3.99.0";

/** The version of the REST contract that those clients name in `x-prefect-api-version`. */
export const restApiVersion = "0.8.4";

/** Older clients speak a contract that this server does not keep. */
export const oldestRestApiVersion = "0.8.0";
