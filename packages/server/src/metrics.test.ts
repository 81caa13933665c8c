import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";

async function linesOf(name: string, metrics: ReturnType<typeof createMetrics>): Promise<readonly string[]> {
  return (await metrics.text()).split("\n").filter((line) => line.includes(`ostinato_${name}`));
}

test("a counter without labels stands at 0 before anything is counted, one with labels not at all", async () => {
  const metrics = createMetrics();
  expect(await linesOf("log_lines_total", metrics)).toEqual([
    "# HELP ostinato_log_lines_total Log lines kept",
    "# TYPE ostinato_log_lines_total counter",
    "ostinato_log_lines_total 0",
  ]);
  expect(await linesOf("flow_run_states_total{", metrics)).toEqual([]);
});

test("counts add up by label, whose values may hold anything", async () => {
  const metrics = createMetrics();
  metrics.add("sockets_dropped_total", 2, { path: '/a"b\\c\nd' });
  metrics.add("sockets_dropped_total", 1, { path: '/a"b\\c\nd' });
  metrics.add("sockets_dropped_total", 1, { path: "/e" });
  expect((await linesOf("sockets_dropped_total", metrics)).slice(2)).toEqual([
    String.raw`ostinato_sockets_dropped_total{path="/a\"b\\c\nd"} 3`,
    'ostinato_sockets_dropped_total{path="/e"} 1',
  ]);
});

test("each bucket of a histogram holds those before it, and the last one all", async () => {
  const metrics = createMetrics();
  for (const units of [1, 2, 3, 64, 65, 1000]) metrics.observe("commit_units", units);
  expect((await linesOf("commit_units", metrics)).slice(2)).toEqual([
    'ostinato_commit_units_bucket{le="1"} 1',
    'ostinato_commit_units_bucket{le="2"} 2',
    'ostinato_commit_units_bucket{le="4"} 3',
    'ostinato_commit_units_bucket{le="8"} 3',
    'ostinato_commit_units_bucket{le="16"} 3',
    'ostinato_commit_units_bucket{le="32"} 3',
    'ostinato_commit_units_bucket{le="64"} 4',
    'ostinato_commit_units_bucket{le="128"} 5',
    'ostinato_commit_units_bucket{le="256"} 5',
    'ostinato_commit_units_bucket{le="+Inf"} 6',
    "ostinato_commit_units_sum 1135",
    "ostinato_commit_units_count 6",
  ]);
});

test("a gauge is read when somebody asks; one that can't be read leaves the others", async () => {
  const metrics = createMetrics();
  metrics.gauge({ name: "open", help: "Open", label: "path", read: () => new Map([["/a", 2]]) });
  metrics.gauge({ name: "broken", help: "Broken", read: () => Promise.reject(new Error("away")) });
  expect(await linesOf("open", metrics)).toContain('ostinato_open{path="/a"} 2');
  expect(await linesOf("broken", metrics)).toContain("ostinato_broken NaN");
});
