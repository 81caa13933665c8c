import { type Effort, messageOf, type Outcome, type Unit } from "./row.ts";
import type { Target } from "./target.ts";

/** Rows that share their setup. */
export interface Group {
  readonly name: string;
  /** The names of the rows, so that `--only` finds the group. */
  readonly rows: readonly string[];
  readonly measure: (target: Target, effort: Effort) => AsyncIterable<Outcome>;
}

/** A measurement that gives one row or several at once. */
export interface Work<Stage> {
  readonly rows: readonly { readonly row: string; readonly unit: Unit }[];
  /** Whether peers can do it too. */
  readonly peers?: boolean;
  /** Whether it takes too long for a quick run. */
  readonly long?: boolean;
  readonly how: (effort: Effort) => string;
  /** A progress message, for work that takes more than a few seconds. */
  readonly notice?: (effort: Effort) => string | undefined;
  /** Returns the samples of each row, in the order of `rows`. */
  readonly measure: (stage: Stage, effort: Effort) => Promise<readonly (readonly number[])[]>;
}

export interface Staged<Stage> {
  readonly name: string;
  readonly works: readonly Work<Stage>[];
  /** The setup that all measurements share. */
  readonly open: (target: Target, effort: Effort) => Promise<Stage>;
  readonly close: (stage: Stage) => Promise<void> | void;
}

/** A group in which a failing measurement does not affect the others. */
export function group<Stage>({ name, works, open, close }: Staged<Stage>): Group {
  return {
    name,
    rows: namesOf(works),
    async *measure(target, effort) {
      const possible = works.filter(
        ({ peers = false, long = false }) => (peers || !target.peer) && (effort.scale === 1 || !long),
      );
      const wanted = possible.filter(({ rows }) => rows.some(({ row }) => effort.wants(row)));
      if (wanted.length === 0) return;
      const stage = await open(target, effort);
      try {
        for (const work of wanted) yield* outcomes(work, stage, { target, effort });
      } finally {
        await close(stage);
      }
    },
  };
}

function namesOf(works: readonly Pick<Work<never>, "rows">[]): readonly string[] {
  return works.flatMap(({ rows }) => rows.map(({ row }) => row));
}

/** The outcome of one measurement: a result for each of its rows, or the same failure for all. */
async function* outcomes<Stage>(
  work: Work<Stage>,
  stage: Stage,
  { target, effort }: { readonly target: Target; readonly effort: Effort },
): AsyncIterable<Outcome> {
  const { name: where, database, peer } = target;
  const notice = work.notice?.(effort);
  if (notice !== undefined) console.log(`… ${notice} (${where})`);
  try {
    const samples = await withinPatience(work.measure(stage, effort));
    for (const [index, { row, unit }] of work.rows.entries()) {
      yield { row, where, database, peer, unit, samples: samples[index] ?? [], how: work.how(effort) };
    }
  } catch (error) {
    for (const { row } of work.rows) yield { row, where, failure: messageOf(error) };
  }
}

const patienceMinutes = 5;

/** A row that hangs fails, and the others go on. */
async function withinPatience<T>(measuring: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new Error(`it did not end within ${patienceMinutes} minutes`));
    timer = setTimeout(giveUp, patienceMinutes * 60_000);
  });
  return Promise.race([measuring, patience]).finally(() => clearTimeout(timer));
}
