import { toTimestamp } from "@ostinato/core";
import type { FlowRun, readServerInfo, WakingMessage } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { failureMessage } from "../failures/failure-text.ts";
import { notice } from "../logging/console-output.ts";
import { ServerTime } from "../session/server-time.ts";
import type { Session } from "../session/session.ts";
import { watchForDeleted } from "./deleted-deployments.ts";
import { DueRuns } from "./due-runs.ts";
import { HeldRun } from "./held-run.ts";
import { type FlowPlace, ReadyProcesses } from "./ready-processes.ts";

/** A deployment whose runs this process executes. */
export interface ServedDeployment extends FlowPlace {
  readonly id: string;
}

export interface RunnerOptions {
  readonly session: Session;
  readonly deployments: readonly ServedDeployment[];
  /** How many runs are executed at once. */
  readonly limit: number;
  readonly killAfterSeconds: number;
  /** The program that executes one run. */
  readonly program: URL;
}

/** How long ended processes may take after SIGTERM. */
const endingSeconds = 10;

/** Executes the due runs of deployments, each in a process of its own. */
export class Runner {
  readonly #options: RunnerOptions;
  #deployments: ReadonlyMap<string, ServedDeployment>;
  readonly #serverTime: ServerTime;
  readonly #due: DueRuns;
  /** Runs that are held, or being claimed. */
  readonly #runs = new Map<string, HeldRun | "claiming">();
  readonly #ready: ReadyProcesses;
  #stopLooking = () => {};
  #subscription: { renew(): void; close(): void } | undefined;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(options: RunnerOptions) {
    const { session, deployments, limit, program } = options;
    this.#options = options;
    this.#deployments = byId(deployments);
    this.#serverTime = new ServerTime(session.clock);
    this.#ready = new ReadyProcesses({ clock: session.clock, program });
    this.#due = new DueRuns({
      session,
      serverTime: this.#serverTime,
      synchronize: () => this.#learnTime(),
      deploymentIds: () => [...this.#deployments.keys()],
      free: () => limit - this.#runs.size,
      prepare: (run) => this.#prepare(run),
      take: (run) => void this.#take(run),
    });
  }

  /** The number of runs under way. */
  get count(): number {
    return this.#runs.size;
  }

  async start(): Promise<void> {
    const { connection, clock } = this.#options.session;
    await this.#catchUp();
    const ids = () => [...this.#deployments.keys()];
    this.#stopLooking = watchForDeleted(this.#options.session, { ids, onGone: (gone) => this.#forget(gone) });
    // Loaded with its websocket library only here: a program that only runs its flows does not need it.
    const { subscribeToWaking } = await import("@ostinato/client/node");
    const { baseUrl, auth } = connection;
    this.#subscription = subscribeToWaking({
      baseUrl,
      auth,
      clock,
      deploymentIds: () => [...this.#deployments.keys()],
      onMessage: (message) => this.#hear(message),
      // Catch up on hints missed while disconnected.
      onConnected: () => void this.#catchUp(),
    });
  }

  /** Serves these deployments from now on, in place of those before. */
  replace(deployments: readonly ServedDeployment[]): void {
    this.#deployments = byId(deployments);
    // They have loaded the flows as they were before.
    this.#ready.end();
    this.#subscription?.renew();
    this.#due.ask();
  }

  /** Takes no more runs, and waits for those that it has. After the deadline it ends them. */
  async stop(deadlineSeconds: number, atOnce: AbortSignal): Promise<void> {
    this.#due.close();
    this.#ready.end();
    this.#stopLooking();
    const { clock } = this.#options.session;
    await Promise.race([this.#untilIdle(), waited(clock, deadlineSeconds), aborted(atOnce)]);
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      if (this.#runs.size === 0) break;
      for (const run of this.#runs.values()) if (run !== "claiming") run.end(signal);
      await Promise.race([this.#untilIdle(), waited(clock, endingSeconds)]);
    }
    // Until here cancelled runs were still heard of.
    this.#subscription?.close();
  }

  #hear(message: WakingMessage): void {
    if (message.type === "due") this.#due.ask();
    if (message.type !== "cancelling") return;
    const run = this.#runs.get(message.flow_run_id);
    if (run !== undefined && run !== "claiming") run.cancel();
  }

  /** Starts the process of a run that is to be taken soon, so that the run begins at its time. */
  #prepare(run: FlowRun): void {
    const place = this.#deployments.get(run.deployment_id ?? "");
    const { limit } = this.#options;
    if (place === undefined || this.#runs.has(run.id)) return;
    if (this.#runs.size + this.#ready.count < limit) this.#ready.start(run, place);
  }

  async #take(run: FlowRun): Promise<void> {
    const place = this.#deployments.get(run.deployment_id ?? "");
    const own = this.#runs.get(run.id);
    if (own !== undefined && own !== "claiming" && own.wasTakenBack(run)) own.end("SIGTERM");
    if (place === undefined || own !== undefined) return;
    const { session, killAfterSeconds } = this.#options;
    this.#runs.set(run.id, "claiming");
    const ready = this.#ready.take(run, place);
    try {
      const held = await HeldRun.take(run, { session, startProcess: ready.use, killAfterSeconds });
      if (held === undefined) this.#due.leave(run);
      else {
        this.#runs.set(run.id, held);
        await held.ended();
      }
    } catch (error) {
      this.#due.leave(run);
      notice(logLevels.error, `run "${run.name}" could not be started: ${failureMessage(error)}`);
    } finally {
      ready.drop();
      this.#runs.delete(run.id);
      if (this.#runs.size === 0) this.#idle?.resolve();
      this.#due.ask();
    }
  }

  /** Serves the deployments no longer that were deleted. */
  #forget(gone: readonly string[]): void {
    const served = [...this.#deployments.values()];
    for (const { flowName, deploymentName } of served.filter(({ id }) => gone.includes(id))) {
      notice(
        logLevels.warning,
        `deployment "${flowName}/${deploymentName}" was deleted on the server and is not served any more; start this program again to register it`,
      );
    }
    this.replace(served.filter(({ id }) => !gone.includes(id)));
  }

  /** Learns the server's time, and asks for what is due. */
  async #catchUp(): Promise<void> {
    await this.#learnTime();
    this.#due.ask();
  }

  async #learnTime(): Promise<void> {
    const { client, server } = this.#options.session;
    if (server === undefined) return;
    const info = await client
      .call<typeof readServerInfo>("GET /ostinato", { query: {}, retries: 0 })
      .catch(() => undefined);
    if (info !== undefined) this.#serverTime.hear(toTimestamp(info.now));
  }

  async #untilIdle(): Promise<void> {
    if (this.#runs.size === 0) return;
    this.#idle ??= Promise.withResolvers();
    await this.#idle.promise;
  }
}

function byId(deployments: readonly ServedDeployment[]): ReadonlyMap<string, ServedDeployment> {
  return new Map(deployments.map((one) => [one.id, one]));
}

function waited(clock: Session["clock"], seconds: number): Promise<void> {
  return new Promise((resolve) => void clock.after(seconds, resolve));
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
