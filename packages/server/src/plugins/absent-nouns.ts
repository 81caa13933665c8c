import { Nowhere, type RequestError, refused } from "../kernel/errors.ts";

/** Nouns of Prefect's API that this server does not have yet, by the first part of the path. */
const absentNouns: Readonly<Record<string, string>> = {
  automations: "Automations",
  templates: "Templates",
};

/** The 404 of an unknown path below the API: the usual phrase of HTTP, or the name of a noun that is still to come. */
export function absence(path: string): RequestError {
  const noun = absentNouns[path.split("/").find((part) => part !== "") ?? ""];
  if (noun === undefined) return new Nowhere();
  return refused("FEATURE_ABSENT", `${noun} are not part of this version of Ostinato yet.`);
}
