import { connect, load } from "../http-load.ts";
import type { Group } from "../row.ts";
import { startTarget } from "../target.ts";

const megabyte = 1024 * 1024;

/** What it costs to have a server at all. */
export const processes: Group = {
  name: "process",
  rows: ["server start to healthy", "memory of an idle server", "memory of a server after a load"],
  async *measure(target, { runs, scale }) {
    const starts: number[] = [];
    const idle: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const other = await startTarget({
        name: target.name,
        databaseUrl: target.name === "sqlite" ? undefined : target.databaseUrl,
      });
      starts.push(other.startMillis);
      idle.push((await other.residentBytes()) / megabyte);
      await other.stop();
    }
    const where = target.name;
    yield {
      row: "server start to healthy",
      where,
      unit: "ms",
      samples: starts,
      how: "`ostinato server start` from source, until GET /health answers true, asked every 5 ms",
    };
    yield {
      row: "memory of an idle server",
      where,
      unit: "MB",
      samples: idle,
      how: "resident set right after the start",
    };
    const server = connect(target.apiUrl, 16);
    const flow = await server.json<{ id: string }>("POST", "/flows/", { name: "bench-memory" });
    const calls = Math.ceil(10_000 * scale);
    await load(calls, 16, () => server.json("POST", "/flow_runs/", { flow_id: flow.id }));
    server.close();
    yield {
      row: "memory of a server after a load",
      where,
      unit: "MB",
      samples: [(await target.residentBytes()) / megabyte],
      how: `resident set after all rows before this one and ${calls} more creates`,
    };
  },
};
