import type { FastifyInstance } from "fastify";
import { refused } from "../kernel/errors.ts";
import { oldestRestApiVersion } from "../kernel/versions.ts";

/** Refuses clients that declare an older contract than this server supports. Most declare none. */
export function apiVersion(api: FastifyInstance): void {
  api.addHook("onRequest", ({ headers, routeOptions }, _reply, done) => {
    const given = headers["x-prefect-api-version"];
    if (given === undefined || forEveryone.test(routeOptions.url ?? "")) return done();
    const version = parse(String(given));
    if (version === undefined) {
      throw refused(
        "API_VERSION_REFUSED",
        `Invalid X-PREFECT-API-VERSION header format.Expected header in format 'x.y.z' but received ${given}`,
      );
    }
    if (compare(version, oldest) < 0) {
      throw refused(
        "API_VERSION_REFUSED",
        `The request specified API version ${given} but this server requires version ${oldestRestApiVersion} or higher.`,
      );
    }
    done();
  });
}

/** Paths that report whether a server runs, and its version. */
const forEveryone = /\/(health|version)$/;

type Version = readonly number[];

const oldest = parse(oldestRestApiVersion) ?? [];

function parse(text: string): Version | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(text);
  return match === null ? undefined : match.slice(1).map(Number);
}

function compare(one: Version, other: Version): number {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
