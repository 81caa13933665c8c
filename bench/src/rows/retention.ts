import { type Group, group, type Work } from "../group.ts";
import { describe, type History, historySize, openHistory } from "../history/data.ts";
import { type Connections, connect } from "../http-load.ts";
import { type Effort, repeat } from "../row.ts";
import { type Retention, startTarget, type Target } from "../target.ts";

interface RetentionStage {
  readonly measured: Target;
  readonly data: History;
}

const writers = 16;
const fullWindowSeconds = 2;

/** The work of removing old data, and its effect on those who write meanwhile. */
export const retention: Group = group<RetentionStage>({
  name: "retention",
  open: async (measured, effort) => ({ measured, data: await openHistory(measured.database, historySize(effort)) }),
  close: ({ data }) => data.dispose(),
  works: [removal("events", { events: "1d" }), removal("runs", { runs: "1d" })],
});

/** Removes one kind of data from a server of its own, first under writes and then at rest. */
function removal(kind: string, ages: Retention): Work<RetentionStage> {
  const seconds = ({ scale }: Effort) => fullWindowSeconds * scale;
  return {
    rows: [
      { row: `retention of ${kind}: set_state before`, unit: "/s" },
      { row: `retention of ${kind}: set_state before: latency`, unit: "ms" },
      { row: `retention of ${kind}: set_state meanwhile`, unit: "/s" },
      { row: `retention of ${kind}: set_state meanwhile: latency`, unit: "ms" },
      { row: `retention of ${kind}: rows removed meanwhile`, unit: "/s" },
      { row: `retention of ${kind}: rows removed, nobody writes`, unit: "/s" },
    ],
    notice: (effort) => `removing old ${kind} for about ${Math.ceil(seconds(effort) * effort.runs * 3)} s`,
    how: (effort) =>
      `${writers} connections create flow runs and move each by three set_state, before and during a confirmed pass over ${describe(historySize(effort))}; then the pass alone; ${effort.runs} windows of ${seconds(effort)} s each`,
    async measure({ measured: { database }, data }, effort) {
      const target = await startTarget({ database, databaseUrl: data.url, retention: ages });
      const server = connect(target.apiUrl, writers + 1);
      try {
        const flow = await server.json<{ id: string }>("POST", "/flows/", { name: `bench-retention-${kind}` });
        const write = () => writeFor(server, flow.id, seconds(effort));
        const rest = () => new Promise((resolve) => setTimeout(resolve, seconds(effort) * 1000));
        await write();
        const before = await repeat(effort.runs, write);
        await server.json("POST", "/admin/retention/run", { confirmed: true });
        const meanwhile = await repeat(effort.runs, () => removing(server, write));
        const alone = await repeat(effort.runs, () => removing(server, rest));
        return [
          before.map(({ perSecond }) => perSecond),
          before.flatMap(({ latencies }) => latencies),
          meanwhile.map(({ value }) => value.perSecond),
          meanwhile.flatMap(({ value }) => value.latencies),
          meanwhile.map(({ rowsPerSecond }) => rowsPerSecond),
          alone.map(({ rowsPerSecond }) => rowsPerSecond),
        ];
      } finally {
        server.close();
        await target.stop();
      }
    },
  };
}

interface Written {
  /** The rate of `set_state`. */
  readonly perSecond: number;
  /** Milliseconds of each `set_state`. */
  readonly latencies: readonly number[];
}

/** Each writer moves runs of its own from one state to the next, as fast as it is answered. */
async function writeFor(server: Connections, flowId: string, seconds: number): Promise<Written> {
  const latencies: number[] = [];
  const begun = performance.now();
  const write = async () => {
    while (performance.now() < begun + seconds * 1000) {
      const run = await server.json<{ id: string }>("POST", "/flow_runs/", { flow_id: flowId });
      for (const type of ["PENDING", "RUNNING", "COMPLETED"]) {
        const sent = performance.now();
        await server.json("POST", `/flow_runs/${run.id}/set_state`, { state: { type } });
        latencies.push(performance.now() - sent);
      }
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return { perSecond: latencies.length / ((performance.now() - begun) / 1000), latencies };
}

/** Runs the work while rows are removed, and fails where the pass is over before the work is. */
async function removing<T>(server: Connections, work: () => Promise<T>) {
  const [removedBefore, begun] = [await removedRows(server), performance.now()];
  const value = await work();
  const seconds = (performance.now() - begun) / 1000;
  const rowsPerSecond = ((await removedRows(server)) - removedBefore) / seconds;
  const { running } = await server.json<{ running: boolean }>("GET", "/admin/retention");
  if (!running) throw new Error("Everything old was removed before the measurement was over");
  return { value, rowsPerSecond };
}

/** The rows that the server has removed since its start, of all kinds. */
async function removedRows(server: Connections): Promise<number> {
  const { text } = await server.send("GET", "/metrics");
  const counts = text.matchAll(/^ostinato_retention_removed_total\{[^}]*\} (\d+)$/gm);
  return counts.reduce((sum, [, rows]) => sum + Number(rows), 0);
}
