import { connect, load } from "../http-load.ts";
import { type Group, type Measurement, percentile, repeat } from "../row.ts";

const many = 16;

/** Requests by HTTP, from one caller and from sixteen at once. */
export const requests: Group = {
  name: "requests",
  rows: [
    "creates",
    "set_state, 1 connection",
    "set_state, 16 connections",
    "set_state p99, 16 connections",
    "read one run",
    "filter of 200 runs",
    "count of runs",
    "log lines",
  ],
  async *measure(target, { runs, scale }) {
    const where = target.name;
    const server = connect(target.apiUrl, many);
    const flow = await server.json<{ id: string }>("POST", "/flows/", { name: "bench-requests" });
    const ids: string[] = [];
    const create = async () => {
      const run = await server.json<{ id: string }>("POST", "/flow_runs/", { flow_id: flow.id, parameters: { n: 3 } });
      ids.push(run.id);
    };
    const rate = (row: string, how: string, samples: readonly number[]): Measurement => ({
      row,
      where,
      unit: "/s",
      samples,
      how,
    });

    const creates = Math.ceil(3000 * scale);
    yield rate(
      "creates",
      `POST /flow_runs/ from 16 connections, ${creates} a run`,
      await repeat(runs, async () => (await load(creates, many, create)).perSecond),
    );

    const running = { state: { type: "RUNNING" } };
    const moves = Math.ceil(1000 * scale);
    let moved = 0;
    const move = () => server.json("POST", `/flow_runs/${ids[moved++ % ids.length]}/set_state`, running);
    yield rate(
      "set_state, 1 connection",
      `Pending to Running, ${moves} a run`,
      await repeat(runs, async () => (await load(moves, 1, move)).perSecond),
    );
    const p99: number[] = [];
    yield rate(
      "set_state, 16 connections",
      `to Running, ${moves * 3} a run`,
      await repeat(runs, async () => {
        const { perSecond, latencies } = await load(moves * 3, many, move);
        p99.push(percentile(latencies, 0.99));
        return perSecond;
      }),
    );
    yield {
      row: "set_state p99, 16 connections",
      where,
      unit: "ms",
      samples: p99,
      how: "of the same calls, at the client",
    };

    const reads = Math.ceil(3000 * scale);
    yield rate(
      "read one run",
      `GET /flow_runs/{id} from 16 connections, ${reads} a run`,
      await repeat(runs, async () => {
        return (await load(reads, many, (index) => server.json("GET", `/flow_runs/${ids[index % ids.length]}`)))
          .perSecond;
      }),
    );
    const filters = Math.ceil(200 * scale);
    yield rate(
      "filter of 200 runs",
      `POST /flow_runs/filter, limit 200, newest first, one connection, ${filters} a run`,
      await repeat(runs, async () => {
        const body = { sort: "START_TIME_DESC", limit: 200 };
        return (await load(filters, 1, () => server.json("POST", "/flow_runs/filter", body))).perSecond;
      }),
    );
    const counts = Math.ceil(500 * scale);
    yield rate(
      "count of runs",
      `POST /flow_runs/count of one state type, one connection, ${counts} a run`,
      await repeat(runs, async () => {
        const body = { flow_runs: { state: { type: { any_: ["RUNNING"] } } } };
        return (await load(counts, 1, () => server.json("POST", "/flow_runs/count", body))).perSecond;
      }),
    );

    const posts = Math.ceil(200 * scale);
    const lines = logLines(ids[0] ?? "", 200);
    yield rate(
      "log lines",
      `POST /logs/ of 200 lines from 4 connections, ${posts} posts a run`,
      await repeat(
        runs,
        async () => (await load(posts, 4, () => server.json("POST", "/logs/", lines))).perSecond * 200,
      ),
    );
    server.close();
  },
};

function logLines(flowRunId: string, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    name: "bench",
    level: 20,
    message: `line ${index} of a run that says what it does, at some length, as people do`,
    timestamp: new Date().toISOString(),
    flow_run_id: flowRunId,
    task_run_id: null,
  }));
}
