import type { Random } from "./random.ts";

/** A task of a made-up flow. */
export interface TaskPlan {
  readonly name: string;
  /** The usual duration of its runs. */
  readonly seconds: number;
  /** The number of its runs, for a mapped task. */
  readonly runs?: readonly [least: number, most: number];
  /** Tasks whose results it needs. */
  readonly after?: readonly string[];
  /** The probability that an attempt fails and is retried. */
  readonly retried?: number;
  readonly says: (random: Random) => string;
  readonly fails: readonly [string, ...string[]];
  readonly tags?: readonly string[];
  readonly result?: (random: Random) => unknown;
}

/** A made-up flow with its behaviour. */
export interface FlowPlan {
  readonly name: string;
  readonly tags: readonly string[];
  /** Its fraction of all runs. */
  readonly share: number;
  /** The usual hours of its starts; empty for any time. */
  readonly hours?: readonly [number, ...number[]];
  /** The probability that a run fails. */
  readonly failed: number;
  readonly parameters: (random: Random) => Readonly<Record<string, unknown>>;
  readonly tasks: readonly TaskPlan[];
  /** The report that it makes. */
  readonly report?: (random: Random) => string;
}

const rows = (random: Random) => random.whole(20_000, 4_000_000).toLocaleString("en");
const metric = (random: Random, middle: number) => Number(random.skewed(middle, 0.08).toFixed(4));

export const plans: readonly [FlowPlan, ...FlowPlan[]] = [
  {
    name: "ingest-orders",
    tags: ["ingest", "hourly"],
    share: 30,
    failed: 0.05,
    parameters: (random) => ({ region: random.pick(["eu", "us", "apac"]), full: random.chance(0.05) }),
    tasks: [
      {
        name: "list files",
        seconds: 1.2,
        says: (random) => `${random.whole(3, 40)} files since the last run`,
        fails: ["the bucket answered 503: slow down"],
        retried: 0.08,
        result: (random) => random.whole(3, 40),
      },
      {
        name: "load file",
        seconds: 6,
        runs: [3, 14],
        after: ["list files"],
        says: (random) => `loaded ${rows(random)} rows`,
        fails: ["connection reset by peer", 'column "amount" is not a number in line 10412'],
        retried: 0.06,
        tags: ["database"],
      },
      {
        name: "check totals",
        seconds: 2,
        after: ["load file"],
        says: (random) => `difference ${random.next().toFixed(3)} %`,
        fails: ["totals differ by 4.2 %, which is more than 1 %"],
        result: (random) => ({ difference: metric(random, 0.3), limit: 1 }),
      },
    ],
  },
  {
    name: "nightly-features",
    tags: ["features", "nightly"],
    share: 12,
    hours: [1, 2],
    failed: 0.07,
    parameters: (random) => ({
      day: `2026-${String(random.whole(1, 12)).padStart(2, "0")}-${String(random.whole(1, 28)).padStart(2, "0")}`,
      window: random.pick([7, 14, 28]),
    }),
    tasks: [
      {
        name: "read events",
        seconds: 40,
        says: (random) => `${rows(random)} events`,
        fails: ["the lake has no partition for this day"],
        retried: 0.1,
      },
      {
        name: "build features",
        seconds: 95,
        runs: [4, 8],
        after: ["read events"],
        says: (random) => `${random.whole(40, 320)} columns`,
        fails: ["out of memory: 7.6 of 8 GB used"],
        tags: ["cpu"],
      },
      {
        name: "write features",
        seconds: 18,
        after: ["build features"],
        says: (random) => `wrote ${rows(random)} rows`,
        fails: ["no space left on device"],
        result: () => ({ table: "features.customer_daily" }),
      },
    ],
    report: (random) =>
      `# Features\n\n| column | nulls |\n| --- | ---: |\n${["orders_7d", "visits_28d", "basket_mean"].map((name) => `| ${name} | ${(random.next() * 4).toFixed(2)} % |`).join("\n")}\n`,
  },
  {
    name: "train-churn",
    tags: ["training", "churn"],
    share: 10,
    hours: [4],
    failed: 0.12,
    parameters: (random) => ({
      depth: random.whole(4, 12),
      rate: random.pick([0.03, 0.1, 0.3]),
      seed: random.whole(1, 999),
    }),
    tasks: [
      {
        name: "read features",
        seconds: 14,
        says: (random) => `${rows(random)} rows`,
        fails: ["features of yesterday are not there yet"],
        retried: 0.1,
      },
      {
        name: "train fold",
        seconds: 120,
        runs: [5, 5],
        after: ["read features"],
        says: (random) => `AUC ${metric(random, 0.83)}`,
        fails: ["loss is NaN in round 212"],
        tags: ["gpu"],
        result: (random) => ({ auc: metric(random, 0.83), rounds: random.whole(120, 400) }),
      },
      {
        name: "evaluate",
        seconds: 22,
        after: ["train fold"],
        says: (random) => `AUC ${metric(random, 0.83)} over all folds`,
        fails: ["AUC 0.61 is below the limit of 0.75"],
        result: (random) => ({ auc: metric(random, 0.83), brier: metric(random, 0.14) }),
      },
      {
        name: "register model",
        seconds: 3,
        after: ["evaluate"],
        says: (random) => `registered churn version ${random.whole(10, 400)}`,
        fails: ["the registry answered 409: version exists"],
      },
    ],
    report: (random) =>
      `# Churn\n\nArea under the curve **${metric(random, 0.83)}**, Brier score ${metric(random, 0.14)}.\n\n| fold | AUC |\n| ---: | ---: |\n${[1, 2, 3, 4, 5].map((fold) => `| ${fold} | ${metric(random, 0.83)} |`).join("\n")}\n`,
  },
  {
    name: "score-customers",
    tags: ["serving", "churn"],
    share: 16,
    failed: 0.04,
    parameters: (random) => ({ batch: random.whole(1, 24), model: `churn-${random.whole(10, 400)}` }),
    tasks: [
      {
        name: "load model",
        seconds: 4,
        says: () => "model is in memory",
        fails: ["model file has another digest than the registry says"],
      },
      {
        name: "score batch",
        seconds: 9,
        runs: [4, 20],
        after: ["load model"],
        says: (random) => `${rows(random)} scores`,
        fails: ['feature "orders_7d" is missing'],
        retried: 0.04,
      },
      {
        name: "publish scores",
        seconds: 5,
        after: ["score batch"],
        says: (random) => `${rows(random)} customers updated`,
        fails: ["the CRM answered 429: too many requests"],
        retried: 0.15,
        result: (random) => random.whole(10_000, 90_000),
      },
    ],
  },
  {
    name: "data-quality",
    tags: ["quality", "hourly"],
    share: 18,
    failed: 0.15,
    parameters: () => ({ suite: "orders", strict: true }),
    tasks: [
      {
        name: "run check",
        seconds: 3,
        runs: [6, 18],
        says: (random) => `${random.whole(0, 30)} rows out of bounds`,
        fails: ['17 % of "country" are null, 5 % are allowed', "freshness: newest row is 9 hours old"],
      },
      {
        name: "summarise",
        seconds: 1,
        after: ["run check"],
        says: (random) => `${random.whole(5, 18)} checks passed`,
        fails: ["template not found"],
        result: (random) => [
          { check: "nulls", passed: true, share: metric(random, 0.98) },
          { check: "freshness", passed: random.chance(0.9), share: 1 },
        ],
      },
    ],
  },
  {
    name: "weekly-report",
    tags: ["report"],
    share: 4,
    hours: [6],
    failed: 0.03,
    parameters: (random) => ({ week: random.whole(1, 52), recipients: ["sales", "finance"] }),
    tasks: [
      {
        name: "query warehouse",
        seconds: 35,
        runs: [3, 6],
        says: (random) => `${rows(random)} rows`,
        fails: ["query was cancelled after 600 s"],
        tags: ["database"],
        retried: 0.05,
      },
      {
        name: "draw charts",
        seconds: 8,
        after: ["query warehouse"],
        says: (random) => `${random.whole(4, 9)} charts`,
        fails: ["font not found"],
      },
      {
        name: "send mail",
        seconds: 2,
        after: ["draw charts"],
        says: () => "sent to 2 groups",
        fails: ["the mail server refused the recipient"],
        retried: 0.1,
      },
    ],
    report: (random) =>
      `# The week\n\nRevenue is **${random.whole(80, 140)} %** of plan.\n\n- orders: ${rows(random)}\n- returns: ${(random.next() * 6).toFixed(1)} %\n`,
  },
  {
    name: "backfill-history",
    tags: ["ingest", "backfill"],
    share: 2,
    failed: 0.2,
    parameters: (random) => ({ from: "2019-01-01", to: "2025-12-31", workers: random.whole(2, 8) }),
    tasks: [
      { name: "plan months", seconds: 2, says: () => "84 months", fails: ["no permission to list the archive"] },
      {
        name: "backfill month",
        seconds: 30,
        runs: [30, 84],
        after: ["plan months"],
        says: (random) => `${rows(random)} rows`,
        fails: ["archive 2021-06 is damaged", "deadlock detected"],
        retried: 0.05,
        tags: ["database"],
      },
      {
        name: "vacuum",
        seconds: 60,
        after: ["backfill month"],
        says: () => "done",
        fails: ["canceling statement due to statement timeout"],
      },
    ],
  },
  {
    name: "sync-catalogue",
    tags: ["sync"],
    share: 8,
    failed: 0.06,
    parameters: (random) => ({ dry: random.chance(0.2) }),
    tasks: [
      {
        name: "fetch catalogue",
        seconds: 5,
        says: (random) => `${random.whole(900, 1400)} articles`,
        fails: ["getaddrinfo ENOTFOUND catalogue.internal"],
        retried: 0.2,
      },
      {
        name: "compare",
        seconds: 3,
        after: ["fetch catalogue"],
        says: (random) => `${random.whole(0, 60)} differences`,
        fails: ["article 88-1207 is there twice"],
      },
    ],
  },
];
