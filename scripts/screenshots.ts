import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "@ostinato/client";
import {
  automationFirings,
  type BodyOf,
  filterDeployments,
  listArtifacts,
  listBlocks,
  listFlowRuns,
  listFlows,
  readArtifactKeyPage,
  readTimeline,
} from "@ostinato/protocol";
import { launchBrowser, type Page } from "@ostinato/testing/browser";
import { buildUi } from "@ostinato/testing/ui-build";
import { fillWithHistory } from "./demo/fill.ts";
import { keepValues } from "./demo/kept.ts";
import { makeLimits } from "./demo/limits.ts";
import { takePicture } from "./demo/picture.ts";
import { runPipeline } from "./demo/pipeline.ts";
import { makeReactions, type Reactions } from "./demo/reactions.ts";
import { command, type DemoServer, startDemoServer } from "./demo/server.ts";
import { makeWorkPools } from "./demo/work-pools.ts";

/**
 * Takes pictures of every page at two widths in both themes, with the runs of the examples: `npm run screenshots`. Arguments select pages
 * whose names contain one of them: `npm run screenshots -- run flows`.
 */
const examples = fileURLToPath(new URL("../examples", import.meta.url));
const folder = fileURLToPath(new URL("../docs/screenshots", import.meta.url));
const sizes = [
  { width: 1400, height: 900, deviceScaleFactor: 1 },
  { width: 390, height: 844, deviceScaleFactor: 2 },
] as const;
const wanted = process.argv.slice(2);
/** Pages that show nothing of the runs of the examples, which take minutes and are left out where only these are wanted. */
const withoutRuns = [
  "automations",
  "automation",
  "automation-new",
  "automation-edit",
  "events",
  "event",
  "webhooks",
  "webhook",
  "webhook-new",
  "assets",
  "asset",
] as const;
const needsRuns = wanted.length === 0 || wanted.some((word) => !withoutRuns.some((name) => name.includes(word)));

await buildUi();
// Log lines and settings show this path, so it is a neutral one; it must not exist yet.
const home = join(tmpdir(), "ostinato");
await mkdir(home);
const server = await startDemoServer({
  port: 0,
  home,
  settings: { OSTINATO_SERVER_PRIVATE_TARGETS: "127.0.0.0/8" },
});
try {
  await makeRuns(server);
  await using _serving = needsRuns ? await serveNightly(server) : undefined;
  using _limits = await makeLimits(createClient({ baseUrl: `${server.url}/api` }));
  await keepValues(createClient({ baseUrl: `${server.url}/api` }));
  await using _asking = needsRuns ? await askForApproval(server) : undefined;
  const client = createClient({ baseUrl: `${server.url}/api` });
  await using reactions = await makeReactions(client);
  await takePictures(server.url, {
    ...(needsRuns ? await pagesOf(client) : {}),
    ...(await pagesOfReactions(client, reactions)),
  });
} finally {
  await server.stop();
  await rm(home, { recursive: true, force: true });
}

async function makeRuns(server: DemoServer): Promise<void> {
  await fillWithHistory(server.url, 600);
  if (needsRuns) {
    await runExample(server, ["animal-facts/src/main.ts"]);
    await runPipeline(server);
  }
  await makeWorkPools(createClient({ baseUrl: `${server.url}/api` }));
}

/** The example is served as long as pictures are taken, with a run that failed and one that did not. */
async function serveNightly({ environment }: DemoServer): Promise<AsyncDisposable> {
  const cwd = join(home, "nightly");
  await mkdir(cwd);
  const start = (program: string, ...args: string[]) =>
    spawn(process.execPath, [program, ...args], { cwd, env: environment, stdio: ["ignore", "ignore", "pipe"] });
  await ended(start(join(examples, "nightly/src/data.ts")));
  const serving = start(join(examples, "nightly/src/serve.ts"));
  for await (const said of serving.stderr.iterator({ destroyOnReturn: false })) {
    if (String(said).includes("nyc-taxi/nightly")) break;
  }
  serving.stderr.resume();
  const run = ["deployment", "run", "nyc-taxi/nightly", "--watch"];
  await ended(start(command, ...run));
  await ended(start(command, ...run, "-p", "train=rides/green_tripdata_2021-01.parquet"));
  return {
    async [Symbol.asyncDispose]() {
      serving.kill("SIGTERM");
      await ended(serving);
    },
  };
}

/** The example waits for a person as long as pictures are taken. */
async function askForApproval({ environment }: DemoServer): Promise<AsyncDisposable> {
  const asking = spawn(process.execPath, [join(examples, "approval/src/main.ts")], {
    env: environment,
    stdio: ["ignore", "ignore", "pipe"],
  });
  for await (const said of asking.stderr.iterator({ destroyOnReturn: false })) {
    if (String(said).includes("paused")) break;
  }
  asking.stderr.resume();
  return {
    async [Symbol.asyncDispose]() {
      asking.kill("SIGTERM");
      await ended(asking);
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  child.stderr?.resume();
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

async function runExample(server: DemoServer, [script = "", ...args]: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [join(examples, script), ...args], {
    stdio: "ignore",
    env: server.environment,
  });
  await once(child, "close");
}

type RunCriteria = Pick<BodyOf<typeof listFlowRuns>, "flows" | "flow_runs">;

/** An address, and the actions before the picture is taken. */
type Subject = string | { readonly path: string; readonly act?: (page: Page) => Promise<void> };

async function pagesOf(client: Client): Promise<Readonly<Record<string, Subject>>> {
  const newest = async (criteria: RunCriteria) => {
    const { results } = await client.call(listFlowRuns, { body: { ...criteria, limit: 1 } });
    return results[0]?.id ?? "";
  };
  const [pipeline, asking, failed, running] = await Promise.all([
    newest({ flows: { name: { any_: ["flight-delays"] } } }),
    newest({ flows: { name: { any_: ["bread-order"] } } }),
    newest({ flows: { name: { any_: ["nyc-taxi"] } }, flow_runs: { state: { type: { any_: ["FAILED"] } } } }),
    newest({ flow_runs: { state: { type: { any_: ["RUNNING"] } } } }),
  ]);
  const flows = await client.call(listFlows, { body: { limit: 200 } });
  const busiest = flows.results.toSorted((a, b) => total(b.counts) - total(a.counts))[0];
  const artifacts = await client.call(listArtifacts, { body: { types: ["markdown"], limit: 200 } });
  const report = artifacts.results.find((row) => row.flow_run_id === pipeline) ?? artifacts.results[0];
  const versioned =
    artifacts.results.find((row) => row.key !== null && row.version_count > 1)?.key ?? report?.key ?? "";
  const { versions } = await client.call(readArtifactKeyPage, { params: { key: versioned } });
  const [nightly] = await client.call(filterDeployments, { body: { deployments: { name: { any_: ["nightly"] } } } });
  const deployment = `deployments/${nightly?.id ?? ""}`;
  const { results: warehouses } = await client.call(listBlocks, { body: { types: ["warehouse"] } });
  const [warehouse] = warehouses;
  const timeline = await client.call(readTimeline, { params: { id: pipeline } });
  const task = timeline.id.at(-2) ?? "";
  return {
    dashboard: "dashboard?since=7d",
    runs: "runs?since=7d",
    "task-runs": "runs/task-runs?since=7d",
    run: `runs/flow-run/${pipeline}`,
    "run-graph": `runs/flow-run/${pipeline}?view=graph&tab=artifacts`,
    "run-task": `runs/flow-run/${pipeline}?task=${task}`,
    "run-running": `runs/flow-run/${running}`,
    "run-asking": `runs/flow-run/${asking}`,
    answer: `runs/flow-run/${asking}/answer`,
    "run-failed": `runs/flow-run/${failed}`,
    "task-run": `runs/task-run/${task}`,
    flows: "flows",
    flow: `flows/flow/${busiest?.flow.id ?? ""}`,
    deployments: "deployments",
    deployment,
    "deployment-schedules": `${deployment}?tab=schedules`,
    "deployment-history": `${deployment}?tab=history`,
    "run-form": `${deployment}/run`,
    "work-pools": "work-pools",
    "work-pool": "work-pools/gpu",
    "work-pool-queues": "work-pools/gpu?tab=queues",
    "work-pool-workers": "work-pools/gpu?tab=workers",
    "work-pool-template": "work-pools/gpu?tab=template",
    "work-queue": "work-pools/gpu/queues/urgent",
    worker: "work-pools/gpu/workers/trainer-1",
    "new-work-pool": "new-work-pool?type=docker",
    "concurrency-limits": "concurrency-limits",
    "concurrency-limit": "concurrency-limits/database",
    artifacts: "artifacts",
    artifact: `artifacts/key/${encodeURIComponent(report?.key ?? "")}`,
    "artifact-comparison": `artifacts/key/${encodeURIComponent(versioned)}?against=${versions[1]?.id ?? ""}`,
    blocks: "blocks",
    block: `blocks/block/${warehouse?.id ?? ""}`,
    "block-edit": `blocks/block/${warehouse?.id ?? ""}/edit`,
    "block-types": "blocks/catalog",
    variables: "variables",
    variable: "variables/threshold",
    search: {
      path: "runs",
      async act(page) {
        await page.keyboard.press("Control+k");
        await page.getByRole("combobox").fill("flight");
        await page.getByRole("option", { name: "flight" }).first().waitFor();
      },
    },
    settings: "settings",
    "not-found": "no/such/page",
    error: "runs/flow-run/00000000-0000-4000-8000-000000000000",
  };
}

async function pagesOfReactions(
  client: Client,
  { automation, webhook, asset }: Reactions,
): Promise<Readonly<Record<(typeof withoutRuns)[number], Subject>>> {
  const { firings } = await client.call(automationFirings, { params: { id: automation }, query: { limit: 1 } });
  return {
    automations: "automations",
    automation: `automations/automation/${automation}`,
    "automation-new": "automations/new?template=no-success",
    "automation-edit": `automations/automation/${automation}/edit`,
    events: "events",
    event: `events/${firings[0]?.events[0]?.id ?? ""}`,
    webhooks: "webhooks",
    webhook: `webhooks/webhook/${webhook}`,
    "webhook-new": "webhooks/new?from=github",
    assets: "assets",
    asset: {
      path: `asset?key=${encodeURIComponent(asset)}`,
      act: (page) => page.getByRole("region", { name: "Lineage" }).waitFor(),
    },
  };
}

async function takePictures(url: string, pages: Readonly<Record<string, Subject>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const browser = await launchBrowser();
  try {
    for (const [name, subject] of Object.entries(pages)) {
      if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
      for (const { deviceScaleFactor, ...viewport } of sizes) {
        for (const colorScheme of ["light", "dark"] as const) {
          const { path, act } = typeof subject === "string" ? { path: subject } : subject;
          const file = join(folder, `${name}-${viewport.width}-${colorScheme}.png`);
          await takePicture(browser, { url: `${url}/${path}`, file, viewport, deviceScaleFactor, colorScheme, act });
        }
      }
      console.error(name);
    }
  } finally {
    await browser.close();
  }
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
