import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { everyPage, pause, request } from "./api.ts";
import type { Cluster } from "./cluster.ts";
import { type LastingProcess, startLastingProcess } from "./lasting-process.ts";
import type { Random } from "./random.ts";
import { startSuspensions } from "./suspensions.ts";

/**
 * Two processes whose runs ask for numbers, one of them with runs that wait in their process and one with runs that leave it meanwhile; and
 * somebody who answers some of them, cancels others, and lets the rest time out.
 */
export interface Pauses {
  /** Kills both processes while their runs are paused, and returns the seconds until their successors are there. */
  killAsker(): Promise<number>;
  /** Answers what is still asked, and asks nothing more. */
  finish(): Promise<PauseWork>;
  /** Kills whatever still runs. */
  dispose(): Promise<void>;
}

export interface PauseWork {
  /** The last numbers that were sent to runs, and whether the server has acknowledged them: a run that begins anew after a crash asks again. */
  readonly answers: ReadonlyMap<string, SentAnswer>;
  /** Runs whose cancellation was asked for. */
  readonly cancelled: ReadonlySet<string>;
  /** What the process was told of the ends of its runs. */
  readonly told: ReadonlyMap<string, ToldEnd>;
  /** The numbers of the processes that were killed. */
  readonly killed: ReadonlySet<number>;
  readonly stuck: readonly string[];
  readonly wrong: readonly string[];
}

export interface SentAnswer {
  readonly number: number;
  readonly isAcknowledged: boolean;
}

export interface ToldEnd {
  readonly run: string;
  readonly type: string;
  readonly value?: number;
}

export const pausedTag = "chaos asks";
const lookMillis = 200;
const endMillis = 150_000;
const farMillis = 600_000;
/** Of the runs that ask. */
const shares = { answered: 0.7, cancelled: 0.15 };

interface PausedRun {
  readonly id: string;
  readonly state_id: string;
  readonly state: { readonly state_details: { readonly pause_timeout: string | null } };
}

interface PausesOptions {
  readonly random: Random;
  /** Whether there is time for suspended runs, each of which is two processes. */
  readonly long: boolean;
}

export async function startPauses(cluster: Cluster, { random, long }: PausesOptions): Promise<Pauses> {
  const { apiUrl, folder, flowInjection, pauseProgram } = cluster;
  const notes = join(folder, "pause-notes");
  const stopFile = join(folder, "pauses-stop");
  const answers = new Map<string, SentAnswer>();
  const cancelled = new Set<string>();
  /** The states in which runs asked. */
  const heard = new Set<string>();
  let numbers = 0;
  const killed = new Set<number>();
  const stuck: string[] = [];
  const wrong: string[] = [];
  const begin = (): LastingProcess =>
    startLastingProcess(cluster, {
      what: "the process that asks",
      args: [...flowInjection.execArgv, pauseProgram, stopFile, notes],
      environment: { OSTINATO_LOG_LEVEL: "off" },
      announcement: "asks for numbers",
      marks: join(folder, "pause-marks"),
      onFailure: (why) => wrong.push(why),
    });
  let asker = begin();
  const suspensions = long ? await startSuspensions(cluster, (why) => wrong.push(why)) : undefined;
  await asker.ready;
  let isOver = false;

  /** Repeats an answer until it is known what became of it. It names what it answers, so that it counts once. */
  async function answer({ id, state_id }: PausedRun): Promise<void> {
    const number = numbers;
    numbers += 1;
    answers.set(id, { number, isAcknowledged: false });
    for (;;) {
      const body = { run_input: { number }, answers: state_id };
      const sent = await request<{ readonly status: string }>(`${apiUrl}/flow_runs/${id}/resume`, body);
      if (sent.kind === "answered")
        return void answers.set(id, { number, isAcknowledged: sent.value.status === "ACCEPT" });
      if (sent.kind === "refused") return void wrong.push(`the answer to ${id} was refused: ${sent.why}`);
      await pause(lookMillis);
    }
  }

  async function cancel({ id }: PausedRun): Promise<void> {
    cancelled.add(id);
    await request(`${apiUrl}/flow_runs/${id}/set_state`, { state: { type: "CANCELLING" } });
  }

  async function treat(run: PausedRun): Promise<void> {
    heard.add(run.state_id);
    const share = isFarOff(run) ? 0 : random.next();
    if (share < shares.answered) await answer(run);
    else if (share < shares.answered + shares.cancelled) await cancel(run);
  }

  const answering = (async () => {
    while (!isOver) {
      const runs = await everyPage<PausedRun>(`${apiUrl}/flow_runs/filter`, {
        flow_runs: { tags: { all_: [pausedTag] }, state: { type: { any_: ["PAUSED"] } } },
        sort: "ID_DESC",
      });
      const fresh = runs.filter(({ id, state_id }) => !heard.has(state_id) && !cancelled.has(id));
      await Promise.all(fresh.map(treat));
      await pause(lookMillis);
    }
  })();

  return {
    async killAsker() {
      const begun = performance.now();
      if (asker.pid !== undefined) killed.add(asker.pid);
      await Promise.all([asker.kill(), suspensions?.killServing()]);
      asker = begin();
      await asker.ready;
      return (performance.now() - begun) / 1000;
    },
    async finish() {
      await writeFile(stopFile, "");
      const [hasEnded, suspended] = await Promise.all([asker.endsWithin(endMillis), suspensions?.finish()]);
      if (!hasEnded) stuck.push("the process that asks waits for ever");
      stuck.push(...(suspended ?? []));
      isOver = true;
      await answering;
      return { answers, cancelled, told: await endsIn(notes), killed, stuck, wrong };
    },
    async dispose() {
      isOver = true;
      await Promise.all([asker.kill(), suspensions?.dispose()]);
    },
  };
}

/** Whether it paused while the server's clock was ahead: its time would not end while somebody waits for that. */
function isFarOff({ state }: PausedRun): boolean {
  const time = state.state_details.pause_timeout;
  return time !== null && Date.parse(time) > Date.now() + farMillis;
}

async function endsIn(file: string): Promise<ReadonlyMap<string, ToldEnd>> {
  const text = await readFile(file, "utf8").catch(() => "");
  const ends = text.split("\n").filter(Boolean);
  return new Map(ends.map((line) => JSON.parse(line) as ToldEnd).map((end) => [end.run, end]));
}
