import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { createLeases, type Leases, renewSeconds } from "./leases.ts";
import { createLoop, type Loop, type LoopOptions } from "./loop.ts";

describeOnEachDatabase("loops", (underTest) => {
  let url: string;
  const started: Member[] = [];

  /** One of the servers of a database, with a clock of its own. */
  interface Member {
    readonly server: TestServer;
    readonly clock: FakeClock;
    readonly leases: Leases;
    readonly loops: Loop[];
    loop(options: Partial<LoopOptions>): Loop;
    /** Lets so much time go by for this server, with what its leases do meanwhile. */
    pass(seconds: number): Promise<void>;
    /** As a server that is killed: it does nothing any more, and says nothing. */
    die(): Promise<void>;
  }

  async function join(): Promise<Member> {
    const clock = fakeClock();
    const server = await startTestServer(url, { clock });
    const leases = createLeases(server.context);
    const loops: Loop[] = [];
    const member: Member = {
      server,
      clock,
      leases,
      loops,
      loop(options) {
        const loop = createLoop(
          server.context,
          { name: "work", everySeconds: 60, work: async () => {}, ...options },
          leases,
        );
        loops.push(loop);
        loop.start();
        return loop;
      },
      async pass(seconds) {
        for (let passed = 0; passed < seconds; passed += renewSeconds) {
          await clock.advance(Math.min(renewSeconds, seconds - passed));
          await leases.tick();
        }
      },
      async die() {
        started.splice(started.indexOf(member), 1);
        for (const loop of loops) await loop.stop();
        await server.stop();
      },
    };
    started.push(member);
    return member;
  }
  beforeEach(async () => {
    ({ url } = await underTest.another());
  });
  afterEach(async () => {
    for (const { loops, server } of started.splice(0)) {
      await Promise.all(loops.map((loop) => loop.stop()));
      await server.stop();
    }
  });

  test("one that is woken does its work at once, and once more where it is woken meanwhile", async () => {
    const { loop: make, clock } = await join();
    const ends: (() => void)[] = [];
    const loop = make({ everySeconds: 3600, work: () => new Promise<void>((resolve) => ends.push(resolve)) });
    loop.wake();
    expect(ends).toHaveLength(1);
    loop.wake();
    loop.wake();
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await expect.poll(() => ends.length).toBe(2);
    ends[1]?.();
    await clock.untilWaiting();
    await clock.advance(3599);
    expect(ends).toHaveLength(2);
    await clock.advance(1);
    expect(ends).toHaveLength(3);
    ends[2]?.();
  });

  test("one that knows when something is due does its work then", async () => {
    const { loop: make, clock } = await join();
    let times = 0;
    make({
      everySeconds: 3600,
      firstAfterSeconds: 0,
      async work(_context, { within }) {
        times += 1;
        within(0.5);
      },
    });
    await clock.advance(0);
    await clock.advance(0.4);
    expect(times).toBe(1);
    await clock.advance(0.1);
    expect(times).toBe(2);
  });

  test("one that rests is woken once for all that comes meanwhile", async () => {
    const { loop: make, clock } = await join();
    let times = 0;
    const loop = make({
      restSeconds: 0.5,
      async work() {
        times += 1;
      },
    });
    loop.wake();
    expect(times).toBe(1);
    await clock.advance(0.1);
    loop.wake();
    loop.wake();
    await clock.advance(0.3);
    loop.wake();
    expect(times).toBe(1);
    await clock.advance(0.2);
    expect(times).toBe(2);
    await clock.advance(10);
    expect(times).toBe(2);
  });

  test("one that has stopped is woken by nothing", async () => {
    const { loop: make } = await join();
    let times = 0;
    const loop = make({
      async work() {
        times += 1;
      },
    });
    await loop.stop();
    loop.wake();
    expect(times).toBe(0);
  });

  /** A loop that one of several servers does, on a server that looks after its leases. */
  async function exclusiveOn(member: Member, everySeconds = 60): Promise<{ readonly times: number }> {
    const done = { times: 0 };
    member.loop({
      everySeconds,
      exclusive: true,
      async work() {
        done.times += 1;
      },
    });
    await member.leases.tick();
    return done;
  }

  test("one of several servers does what is exclusive, and keeps doing it", async () => {
    const [one, other] = [await join(), await join()];
    const [first, second] = [await exclusiveOn(one), await exclusiveOn(other)];
    for (let minute = 1; minute <= 3; minute += 1) {
      for (let step = 0; step < 60; step += renewSeconds) {
        await one.pass(renewSeconds);
        await other.pass(renewSeconds);
      }
      expect([first.times, second.times]).toEqual([minute, 0]);
    }
  });

  test("within seconds of its death another server does it, without waiting for its next time", async () => {
    const [one, other] = [await join(), await join()];
    const [, second] = [await exclusiveOn(one, 600), await exclusiveOn(other, 600)];
    for (let step = 0; step < 660; step += 30) {
      await one.leases.tick();
      await other.leases.tick();
      await other.clock.advance(30);
    }
    expect(second.times).toBe(0);
    await one.die();
    await other.pass(8);
    expect(second.times).toBe(1);
  });

  test("a server that stops gives its lease to another at once", async () => {
    const [one, other] = [await join(), await join()];
    const [, second] = [await exclusiveOn(one), await exclusiveOn(other)];
    await other.clock.advance(60);
    await one.leases.stop();
    await one.die();
    await other.pass(renewSeconds);
    expect(second.times).toBe(1);
  });

  // On SQLite nothing has to be heard: the operating system ends the claim with the process.
  test.runIf(underTest.name === "postgresql")(
    "a server that can't show for seconds that it lives does not take the work for its own",
    async () => {
      const one = await join();
      const done = await exclusiveOn(one, 5);
      await one.clock.advance(5);
      expect(done.times).toBe(0);
      await one.pass(renewSeconds);
      await one.clock.advance(5 - renewSeconds);
      expect(done.times).toBe(1);
    },
  );
});
