import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRecordingServer } from "@ostinato/testing/recording-server";
import { expect, it } from "vitest";
import { publish } from "./flow.ts";

it("publishes the figures of all regions or of none, and each month once", async () => {
  await using _server = await startRecordingServer();
  const folder = await mkdtemp(join(tmpdir(), "publishing-"));
  const north = { name: "north", sales: [120, 80] };
  const south = { name: "south", sales: [70, 65, 60] };
  const published = () => readdir(join(folder, "2026-03"));

  const refused = await publish.state({ month: "2026-03", regions: [north, { name: "south", sales: [-5] }], folder });
  expect(refused).toMatchObject({ type: "FAILED", message: "south sold -5 on day 1" });
  expect(await published()).toEqual([]);

  expect(await publish({ month: "2026-03", regions: [north, south], folder })).toBe(5);
  expect((await published()).sort()).toEqual(["north.csv", "south.csv"]);

  expect(await publish({ month: "2026-03", regions: [north], folder })).toBe(5);
  await rm(folder, { recursive: true });
}, 180_000);
