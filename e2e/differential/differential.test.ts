import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareServers } from "./differential.ts";
import { describe as described } from "./report.ts";
import { type ServersUnderTest, startServers } from "./servers.ts";

const python = process.env.PREFECT_PYTHON;
const seed = 391;
const requests = 500;

/** A bounded form of `npm run differential`: the same requests each time. PREFECT_PYTHON names a Python that has Prefect. */
describe.skipIf(python === undefined)("this server beside Prefect's", () => {
  let servers: ServersUnderTest;
  beforeAll(async () => {
    servers = await startServers(python ?? "", ["sqlite", "postgresql"]);
  }, 180_000);
  afterAll(() => servers?.stop());

  test("differs in nothing but what is listed", async () => {
    const report = await compareServers(servers, { seed, requests });
    expect(report.requests).toBeGreaterThanOrEqual(requests);
    expect(report.unlisted.length, described(report).join("\n")).toBe(0);
  }, 600_000);
});
