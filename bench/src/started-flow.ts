import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Connections, prepared } from "./http-load.ts";
import { end, type Target } from "./target.ts";

interface RunTimes {
  readonly start_time: string | null;
  readonly end_time: string | null;
}

/** A flow that does nothing, whose runs other processes start. */
export interface StartedFlow {
  /** Makes a run for this moment, in milliseconds since 1970; gives the run's id. */
  ask(atMillis: number): Promise<string>;
  /** When the run became Running, in milliseconds since 1970. Waits until it has ended. */
  runningMillis(id: string): Promise<number>;
  stop(): Promise<void>;
}

/** Starts to serve the flow from a process of its own. */
export async function serveFlow(target: Target, server: Connections): Promise<StartedFlow> {
  const { flows, peer } = target;
  const program = fileURLToPath(new URL(`./programs/served.${peer ? "py" : "ts"}`, import.meta.url));
  const child = spawn(flows.program, [program], { env: { ...process.env, ...flows.env }, stdio: "ignore" });
  const deploymentId = registeredDeployment(server, pollMillisOf(target));
  return firstRunOf({ target, server, deploymentId, stop: () => end(child) });
}

interface Starting {
  readonly target: Target;
  readonly server: Connections;
  readonly deploymentId: Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Has the flow run once, so that what only the first run costs is paid. */
export async function firstRunOf({ target, server, deploymentId, stop }: Starting): Promise<StartedFlow> {
  const started: StartedFlow = {
    ask: async (atMillis) => {
      const scheduled_time = new Date(atMillis).toISOString();
      const path = `/deployments/${await deploymentId}/create_flow_run`;
      const state = { type: "SCHEDULED", state_details: { scheduled_time } };
      return (await prepared<{ id: string }>(target, server, path, { state })).id;
    },
    async runningMillis(id) {
      const run = await poll(pollMillisOf(target), async () => {
        const { status, text } = await server.send("GET", `/flow_runs/${id}`);
        const run = status === 200 ? (JSON.parse(text) as RunTimes) : undefined;
        return run === undefined || run.end_time === null ? undefined : run;
      });
      if (run.start_time === null) throw new Error(`the flow run ${id} ended without being Running`);
      return Date.parse(run.start_time);
    },
    stop,
  };
  try {
    await started.runningMillis(await started.ask(Date.now()));
    return started;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Peers are polled less often, because each request costs them more. */
function pollMillisOf({ peer }: Target): number {
  return peer ? 200 : 20;
}

function registeredDeployment(server: Connections, pollMillis: number): Promise<string> {
  return poll(pollMillis, async () => {
    const { status, text } = await server.send("GET", "/deployments/name/bench%20served/default");
    return status === 200 ? (JSON.parse(text) as { id: string }).id : undefined;
  });
}

const patienceSeconds = 60;

async function poll<T>(millis: number, look: () => Promise<T | undefined>): Promise<T> {
  const begun = performance.now();
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() - begun > patienceSeconds * 1000) {
      throw new Error(`the flow did nothing for ${patienceSeconds} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, millis));
  }
}
