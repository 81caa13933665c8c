import { ApiError, AuthenticationFailed, createClient, isNotFound, ServerUnreachable } from "@ostinato/client";
import { type EventSink, type LogBuffer, logBuffer, postingEventSink } from "@ostinato/client/delivery";
import { httpTransport } from "@ostinato/client/http";
import { type Clock, sleep } from "@ostinato/core";
import type { heartbeatOfWorker, WorkPool } from "@ostinato/protocol";
import type { Driver } from "../drivers/driver.ts";
import { Claiming } from "./claiming.ts";
import { cleanUpDelivered } from "./clean-ups.ts";
import { Contact, watched } from "./contact.ts";
import { type HealthServer, serveHealth } from "./health-server.ts";
import { HeldRuns } from "./held-runs.ts";
import { Counts, type WorkerStatus } from "./metrics.ts";
import { openPool, readPool } from "./pool-of-worker.ts";
import type { Say } from "./say.ts";
import { heartbeatSeconds, WorkerChannel } from "./worker-channel.ts";
import type { WorkerContext } from "./worker-context.ts";
import { tellStarted, tellStopped } from "./worker-events.ts";
import { takeName } from "./worker-name.ts";

export { WorkerError } from "./worker-error.ts";

export interface WorkerOptions {
  /** Where the API is, ending with `/api`. */
  readonly baseUrl: string;
  /** `user:password`. */
  readonly auth: string | undefined;
  readonly clock: Clock;
  readonly poolName: string;
  /** The type of the pool; by default whatever type it has, and `process` for one that is created. */
  readonly type: string | undefined;
  /** Creates a pool that is not there. */
  readonly create: boolean;
  /** By default the name of the machine. */
  readonly name: string | undefined;
  /** The queues of the pool whose runs the worker takes; none stand for all. */
  readonly queues: readonly string[];
  /** How many runs are executed at once. */
  readonly limit: number;
  readonly killAfterSeconds: number;
  /** How long runs may take to end by themselves once the worker is told to stop. */
  readonly drainSeconds: number;
  /** Where `/health`, `/ready` and `/metrics` are answered, if anywhere. */
  readonly health: { readonly port: number; readonly host: string } | undefined;
  readonly version: string;
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  /** A folder of this machine and user, for the names that workers have taken. */
  readonly folder: string;
  /** Opens the driver for the type of the pool. */
  readonly openDriver: (type: string) => Promise<Driver>;
  readonly say: Say;
  /** Shows a line that a run writes. */
  readonly show: (runName: string, line: string) => void;
}

export interface StopRequests {
  /** Resolves when the worker is to take no more runs. */
  readonly stop: Promise<void>;
  /** Aborted when the runs are not waited for any longer. */
  readonly atOnce: AbortSignal;
}

/** Between two looks at the states of the runs that the worker holds, and at what lost workers have left. */
const lookSeconds = 10;
/** How long jobs may take to end after the worker has told them to, when it is told to end at once. */
const lastGraceSeconds = 10;
/** How long the last words may take to reach the server. */
const flushSeconds = 10;

/** Serves a work pool until it is told to stop. Rejects with a `WorkerError` where it cannot start. */
export async function runWorker(options: WorkerOptions, requests: StopRequests): Promise<void> {
  const starting = new AbortController();
  void requests.stop.then(() => starting.abort(new Error("The worker was told to stop.")));
  const worker = await Worker.open(options, starting.signal).catch((error: unknown) => {
    if (starting.signal.aborted) return undefined;
    throw error;
  });
  if (worker === undefined) return;
  try {
    await worker.serve(requests);
  } finally {
    await worker.close();
  }
}

class Worker {
  readonly #options: WorkerOptions;
  readonly #context: WorkerContext;
  readonly #runs: HeldRuns;
  readonly #claiming: Claiming;
  readonly #channel: WorkerChannel;
  readonly #release: () => void;
  readonly #fatal = Promise.withResolvers<never>();
  #pool: WorkPool;
  #hasPool = true;
  #isDraining = false;
  #isClosed = false;
  #needsGivingBack = true;
  #looking: Promise<void> | undefined;
  #stopLooking = () => {};
  #stopBeating = () => {};
  #health: HealthServer | undefined;

  static async open(options: WorkerOptions, signal: AbortSignal): Promise<Worker> {
    const { baseUrl, auth, clock, poolName, type, queues, create, say, openDriver } = options;
    const contact = new Contact(baseUrl, say);
    const transport = watched(httpTransport(baseUrl), contact);
    const client = createClient({ baseUrl, auth, transport, clock, repeatable: true });
    const pool = await openPool({ client, clock, poolName, type, queues, create, signal });
    const driver = await openDriver(pool.type);
    const own = await takeName(options);
    const events = postingEventSink(client, { clock });
    const logs = logBuffer(client, {
      clock,
      onLost() {},
      onFound() {},
      onDropped: (lines) => say("warning", `${lines} log lines of runs were left out: there was no room to keep them`),
    });
    const worker = new Worker(options, { client, contact, events, logs, pool, driver, own });
    await worker.#openHealth();
    return worker;
  }

  private constructor(options: WorkerOptions, parts: Parts) {
    const { own, pool, ...services } = parts;
    this.#options = options;
    this.#pool = pool;
    this.#release = own.release;
    this.#context = {
      ...services,
      clock: options.clock,
      counts: new Counts(),
      say: options.say,
      show: options.show,
      pool: () => this.#pool,
      name: own.name,
      type: pool.type,
      environment: options.environment,
      killAfterSeconds: options.killAfterSeconds,
    };
    const worker = this.#context;
    this.#runs = new HeldRuns(worker, () => this.#claiming.ask());
    this.#claiming = new Claiming({
      worker,
      queues: options.queues,
      free: () => (this.#hasPool ? options.limit - this.#runs.count : 0),
      onClaimed: (run) => this.#runs.start(run),
      onLostAnswer: () => {
        this.#needsGivingBack = true;
      },
      onFailed: (error) => this.#failed(error),
    });
    this.#channel = new WorkerChannel({
      baseUrl: options.baseUrl,
      auth: options.auth,
      clock: options.clock,
      poolName: options.poolName,
      workerName: worker.name,
      workerType: pool.type,
      queues: options.queues,
      metadata: { version: options.version, limit: options.limit, runtime: "ostinato" },
      onPool: (told) => this.#hearPool(told),
      onDue: () => this.#claiming.ask(),
      onCancelling: (id) => this.#runs.cancel(id),
      onCleanUp: (delivery) => void cleanUpDelivered(delivery, { worker, runs: this.#runs, channel: this.#channel }),
      onConnected: () => this.#lookNow(),
      // Tells at once whether only the channel is gone.
      onLost: () => this.#beat(),
    });
    worker.contact.onFound(() => this.#lookNow());
  }

  /** Takes and executes runs until it is told to stop. */
  async serve({ stop, atOnce }: StopRequests): Promise<void> {
    const { say, name, type } = this.#context;
    const { poolName, limit, queues } = this.#options;
    const started = tellStarted(this.#context);
    const of = queues.length === 0 ? "" : `, queues ${queues.join(", ")}`;
    say(
      "info",
      `worker "${name}" serves work pool "${poolName}" (${type}${of}), up to ${limit} runs at once; Ctrl-C stops`,
    );
    this.#beat();
    await this.#look();
    this.#claiming.ask();
    await Promise.race([stop, this.#fatal.promise]);
    await this.#drain(atOnce);
    tellStopped(this.#context, started);
  }

  /** Lets go of everything. What still runs goes on, and another worker of the pool on this machine finds it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopBeating();
    this.#stopLooking();
    await this.#claiming.close();
    const { events, logs, clock, driver } = this.#context;
    await Promise.race([Promise.all([events.flush(), logs.flush()]), sleep(clock, flushSeconds)]);
    await Promise.all([events.close(), logs.close()]);
    this.#channel.close();
    this.#health?.close();
    await driver.close();
    this.#release();
  }

  async #drain(atOnce: AbortSignal): Promise<void> {
    const { say, clock } = this.#context;
    this.#isDraining = true;
    this.#channel.drain();
    await this.#claiming.close();
    const { drainSeconds, killAfterSeconds } = this.#options;
    if (this.#runs.count > 0) {
      say(
        "info",
        `taking no more runs; waiting up to ${drainSeconds} s for ${this.#runs.count} that are under way. Once more ends them`,
      );
    }
    const idle = this.#runs.untilIdle();
    await Promise.race([idle, sleep(clock, drainSeconds), aborted(atOnce)]);
    if (this.#runs.count === 0) return;
    const grace = atOnce.aborted ? lastGraceSeconds : killAfterSeconds;
    this.#runs.drain(grace);
    // Telling the server how they ended takes a moment after that.
    await Promise.race([idle, sleep(clock, grace + lastGraceSeconds)]);
  }

  /** Signs of life by REST, while no channel carries them. */
  #beat(): void {
    const { client, clock, name } = this.#context;
    this.#stopBeating();
    const wait = () => {
      this.#stopBeating();
      this.#stopBeating = clock.after(heartbeatSeconds, () => this.#beat());
    };
    if (this.#channel.isReady) {
      wait();
      return;
    }
    client
      .call<typeof heartbeatOfWorker>("POST /work_pools/{work_pool_name}/workers/heartbeat", {
        params: { work_pool_name: this.#options.poolName },
        body: { name, heartbeat_interval_seconds: heartbeatSeconds },
        retries: 0,
      })
      .then(
        () => (this.#hasPool ? undefined : this.#rereadPool()),
        (error: unknown) => this.#failed(error),
      )
      .finally(() => {
        if (!this.#isClosed) wait();
      });
  }

  #lookNow(): void {
    this.#claiming.ask();
    void this.#look();
  }

  /** Looks at the runs that it holds and at what others have left, once now and again at intervals. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
      if (this.#isClosed) return;
      this.#stopLooking();
      this.#stopLooking = this.#context.clock.after(lookSeconds, () => void this.#look());
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    try {
      await this.#runs.look();
      if (this.#isDraining || !this.#hasPool) return;
      await this.#runs.adopt();
      if (this.#needsGivingBack) {
        this.#needsGivingBack = false;
        await this.#runs.giveBackUnknown();
      }
    } catch (error) {
      this.#needsGivingBack = true;
      this.#failed(error);
    }
  }

  #hearPool(pool: WorkPool): void {
    const { say, type } = this.#context;
    const before = this.#pool;
    if (pool.type !== type) {
      this.#losePool(`is of the type ${pool.type} now, and this worker of the type ${type}`);
      return;
    }
    this.#pool = pool;
    if (!this.#hasPool) say("info", `work pool "${pool.name}" is there again`);
    this.#hasPool = true;
    if (pool.is_paused !== before.is_paused)
      say(
        "info",
        `work pool "${pool.name}" ${pool.is_paused ? "was paused: nothing is started until it is resumed" : "was resumed"}`,
      );
    this.#claiming.ask();
  }

  /** Looks whether the pool is there, after a request that found nothing: the pool, or a queue of it, was deleted. */
  async #rereadPool(notFound?: Error): Promise<void> {
    try {
      const pool = await readPool(this.#context.client, this.#options.poolName);
      if (pool === undefined) this.#losePool("was deleted on the server");
      else if (notFound === undefined || !this.#hasPool) this.#hearPool(pool);
      else this.#context.say("error", notFound.message);
    } catch (error) {
      this.#failed(error);
    }
  }

  #losePool(why: string): void {
    if (!this.#hasPool) return;
    this.#hasPool = false;
    this.#context.say("error", `work pool "${this.#options.poolName}" ${why}: taking no runs. Those under way go on`);
  }

  /** What a request failed with. Being without contact is said by the contact. */
  #failed(error: unknown): void {
    if (error instanceof ServerUnreachable) return;
    if (error instanceof AuthenticationFailed) this.#fatal.reject(error);
    else if (error instanceof Error && isNotFound(error)) void this.#rereadPool(error);
    else if (error instanceof ApiError) this.#context.say("error", error.message);
    else if (error instanceof Error)
      this.#context.say("error", `the worker could not look after its runs: ${error.message}`);
  }

  async #openHealth(): Promise<void> {
    const { health } = this.#options;
    if (health === undefined) return;
    this.#health = await serveHealth({ ...health, counts: this.#context.counts, status: () => this.#status() });
    this.#context.say(
      "info",
      `health and metrics: http://${health.host}:${this.#health.port}/health, /ready, /metrics`,
    );
  }

  #status(): WorkerStatus {
    return {
      runs: this.#runs.count,
      limit: this.#options.limit,
      hasContact: this.#context.contact.isThere,
      hasChannel: this.#channel.isReady,
      isDraining: this.#isDraining,
      hasPool: this.#hasPool,
      secondsSinceClaim: this.#claiming.secondsSinceAnswer,
    };
  }
}

interface Parts {
  readonly client: WorkerContext["client"];
  readonly contact: Contact;
  readonly events: EventSink;
  readonly logs: LogBuffer;
  readonly driver: Driver;
  readonly pool: WorkPool;
  readonly own: { readonly name: string; release(): void };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
