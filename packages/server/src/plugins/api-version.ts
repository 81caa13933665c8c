import type { FastifyInstance } from "fastify";
import { refused } from "../errors.ts";
import { oldestRestApiVersion } from "../versions.ts";

/** Refuses clients that say they speak an older contract than this server keeps. Most say nothing. */
export function apiVersion(api: FastifyInstance): void {
  api.addHook("onRequest", ({ headers }, _reply, done) => {
    const given = headers["x-prefect-api-version"];
    if (given === undefined) return done();
    const version = parse(String(given));
    if (version === undefined) {
      throw refused(400, `x-prefect-api-version is "${given}", which is not a version such as 0.8.4.`);
    }
    if (compare(version, oldest) < 0) {
      throw refused(
        400,
        `The client speaks version ${given} of the API and this server ${oldestRestApiVersion} or later. Upgrade the client.`,
      );
    }
    done();
  });
}

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
