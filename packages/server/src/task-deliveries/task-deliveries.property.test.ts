import type { TaskRun } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { delayOn, passOn, reportOn } from "../../test/background-task-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { openTestSocket, type TestSocket } from "../../test/socket-harness.ts";

/** Something that a program, a worker or the time does. */
type Step =
  | { readonly does: "delay"; readonly priority: number }
  | { readonly does: "connect"; readonly slots: number }
  | { readonly does: "die" | "lose its connection" | "begin" | "complete"; readonly worker: number }
  | { readonly does: "pass"; readonly seconds: number };

const worker = fc.nat(5);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ does: fc.constant("delay" as const), priority: fc.integer({ min: -1, max: 1 }) }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("connect" as const), slots: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("die" as const), worker }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("lose its connection" as const), worker }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constantFrom("begin" as const, "complete" as const), worker }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("pass" as const), seconds: fc.constantFrom(2, 8, 36) }) },
);

/** A busy machine takes its time for what workers wait for. */
const patienceMillis = 60_000;

/** Steps of one group happen at once; groups one after the other. */
const groups = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 4, maxLength: 14 });

interface Worker {
  readonly client_id: string;
  readonly slots: number;
  readonly held: Map<string, { readonly run: TaskRun; begun: boolean }>;
  /** Undefined while it is cut off: what it holds may be given to others then. */
  socket: TestSocket | undefined;
  isAlive: boolean;
}

interface Message {
  readonly task_runs?: readonly TaskRun[];
  readonly lost?: readonly string[];
}

describeOnEachDatabase("background tasks in random order", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let address: string;
  let scenarios = 0;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    address = await server.listen();
  });
  afterAll(() => server.stop());

  async function play(given: readonly (readonly Step[])[]) {
    scenarios += 1;
    const key = `random ${scenarios}`;
    const workers: Worker[] = [];
    const made: string[] = [];
    const completed: string[] = [];
    const wrong: string[] = [];

    const take = (own: Worker, run: TaskRun) => {
      if (!own.isAlive) return;
      if (workers.some(({ socket, held }) => socket !== undefined && held.has(run.id)))
        wrong.push(`${run.id} has two workers`);
      if (completed.includes(run.id)) wrong.push(`${run.id} was completed before`);
      own.held.set(run.id, { run, begun: false });
    };
    const hear = (own: Worker, socket: TestSocket, { lost, task_runs = [] }: Message) => {
      if (lost !== undefined) {
        for (const id of lost) own.held.delete(id);
        own.socket = socket;
      }
      for (const run of task_runs) take(own, run);
    };
    /** It comes back when it is cut off, also where the server sends it away because it could not hand runs over. */
    const join = async (own: Worker) => {
      const socket = await openTestSocket(address, "/task_runs/subscriptions/scheduled");
      socket.socket.on("message", (data) => hear(own, socket, JSON.parse(String(data))));
      void socket.closed.then(() => cutOff(own, socket));
      const { client_id, slots, held } = own;
      socket.send({ type: "subscribe", keys: [key], client_id, slots: slots - held.size, held: [...held.keys()] });
      await unlessCut(socket);
    };
    const cutOff = async (own: Worker, socket: TestSocket) => {
      if (own.socket === socket) own.socket = undefined;
      if (own.isAlive) await join(own);
    };
    const connect = async (slots: number) => {
      const client_id = `own-${scenarios}-${workers.length}`;
      const own: Worker = { client_id, slots, held: new Map(), socket: undefined, isAlive: true };
      workers.push(own);
      await join(own);
    };
    const begin = async ({ held }: Worker) => {
      const next = [...held.values()].find(({ begun }) => !begun);
      if (next === undefined) return;
      next.begun = true;
      await reportOn(server, next.run, "RUNNING");
    };
    const complete = async ({ held, socket }: Worker) => {
      const next = [...held.values()].find(({ begun }) => begun);
      if (next === undefined || socket === undefined) return;
      held.delete(next.run.id);
      completed.push(next.run.id);
      await clock.advance(0.001);
      await reportOn(server, next.run, "COMPLETED");
      // Where it is cut off, it counts its slots anew when it comes back.
      socket.send({ type: "free", slots: 1 });
      await unlessCut(socket);
    };
    const loseConnection = (own: Worker) => {
      const { socket } = own;
      own.socket = undefined;
      socket?.socket.terminate();
    };
    const die = (own: Worker) => {
      own.isAlive = false;
      loseConnection(own);
    };
    const connected = () => workers.filter(({ socket }) => socket !== undefined);
    const living = (index: number) => {
      const able = connected();
      return able[index % Math.max(1, able.length)];
    };
    const does = async (step: Step) => {
      switch (step.does) {
        case "delay": {
          const labels = { "ostinato.priority": step.priority };
          made.push((await delayOn(server, key, { labels, empirical_policy: { retries: 100 } })).id);
          return;
        }
        case "connect":
          return connect(step.slots);
        case "pass":
          return passOn(server, clock, step.seconds);
        default: {
          const own = living(step.worker);
          if (own === undefined) return;
          if (step.does === "die") return die(own);
          if (step.does === "lose its connection") return loseConnection(own);
          return step.does === "begin" ? begin(own) : complete(own);
        }
      }
    };

    for (const group of given) {
      await Promise.all(group.map(does));
      expect(wrong).toEqual([]);
    }
    // In the end workers have time for everything.
    await connect(50);
    const giveUpAt = performance.now() + patienceMillis;
    while (completed.length < made.length && performance.now() < giveUpAt) {
      await passOn(server, clock, 2);
      for (const own of connected()) {
        while (own.socket !== undefined && own.held.size > 0) {
          await begin(own);
          await complete(own);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(completed.toSorted()).toEqual(made.toSorted());
    for (const own of workers) die(own);
  }

  test("each run has one living worker at a time, none is lost, and none is done twice", async () => {
    await fc.assert(fc.asyncProperty(groups, play), { numRuns: 15, endOnFailure: true });
  }, 180_000);
});

/** Resolves when the server has heard all that was sent, or has closed the connection. */
async function unlessCut(socket: TestSocket): Promise<void> {
  await Promise.race([socket.settled().catch(() => {}), socket.closed]);
}
