import { everyPage, patiently, pause } from "./api.ts";
import type { DeployedWork } from "./deployed-work.ts";
import { doubledProcesses, type MarkedProcess, mostAtOnce } from "./marks.ts";
import type { Check, KeptState } from "./reading-back.ts";
import type { Finding } from "./report.ts";
import type { DeployedRun, DeploymentOfRuns } from "./run-requests.ts";

/** Checks that each run of a deployment was executed to its end, by one process at a time and within the limit, and that no slot is left. */
export async function checkDeployed(check: Check, work: DeployedWork): Promise<void> {
  const { found, acknowledged } = check;
  found.stuck.push(...work.stuck);
  found.wrong.push(...work.wrong);
  found.doubled.push(...doubledProcesses(work.processes));
  acknowledged.requestedRuns += work.requested.length;
  const known = new Set<string>();
  for (const deployment of work.deployments) {
    const runs = await runsOf(check.apiUrl, deployment);
    for (const run of runs) known.add(run.id);
    await checkRuns(check, { work, deployment, runs });
    const { limit = Number.POSITIVE_INFINITY } = deployment.global_concurrency_limit ?? {};
    const most = mostAtOnce(work.processes.filter(({ deployment: name }) => name === deployment.name));
    if (most > limit) found.overLimit.push(`${deployment.name}: ${most} processes at once, the limit is ${limit}`);
  }
  const begun = work.processes.map(({ run }) => run);
  const lost = new Set([...work.requested, ...begun].filter((id) => !known.has(id)));
  found.lost.push(...[...lost].map((id) => `run ${id} of a deployment`));
  await checkSlots(check, work);
}

interface RunsOfDeployment {
  readonly work: DeployedWork;
  readonly deployment: DeploymentOfRuns;
  readonly runs: readonly DeployedRun[];
}

async function checkRuns(
  { apiUrl, found, acknowledged }: Check,
  { work, deployment, runs }: RunsOfDeployment,
): Promise<void> {
  const requested = new Set(work.requested);
  const processesOf = Map.groupBy(work.processes, ({ run }) => run);
  for (const run of runs) {
    if (run.auto_scheduled) acknowledged.scheduledRuns += 1;
    else if (!requested.has(run.id)) found.doubled.push(`${deployment.name}: run ${run.id} that nobody asked for`);
    const processes = processesOf.get(run.id) ?? [];
    const wrong = wrongEnd(run, { deployment, work, processes });
    if (wrong === undefined) continue;
    const states = await patiently<KeptState[]>(`${apiUrl}/flow_run_states/?flow_run_id=${run.id}`);
    const history = states.map(({ id, name, message }) => [`${name} ${id}`, message].filter(Boolean).join(": "));
    const lives = processes.map((process) => describeProcess(process, work));
    found[wrong.finding].push(
      `run ${run.id} of ${deployment.name}: ${wrong.what} (${history.join(" | ")}; ${lives.join("; ")})`,
    );
  }
}

function describeProcess({ pid, claim, from, to, hasEnded }: MarkedProcess, { killedClaims }: DeployedWork): string {
  const seconds = (moment: bigint) => (Number(moment / 1_000_000n) / 1000).toFixed(1);
  const end = killedClaims.has(claim) ? "killed" : hasEnded ? "to its end" : "not to its end";
  return `process ${pid} under ${claim} from ${seconds(from)} s to ${seconds(to)} s, ${end}`;
}

interface RunOfDeployment extends Pick<RunsOfDeployment, "deployment" | "work"> {
  readonly processes: readonly MarkedProcess[];
}

/** What is wrong with the state of the run, after all that has been done to it. */
function wrongEnd(
  { id, state_type, state_name, state }: DeployedRun,
  { deployment, work, processes }: RunOfDeployment,
): { readonly finding: Finding; readonly what: string } | undefined {
  const wasKilled = processes.some(({ claim }) => work.killedClaims.has(claim));
  const ended = processes.filter(({ hasEnded }) => hasEnded);
  if (state_type === "COMPLETED") {
    if (ended.length === 0) return { finding: "wrong", what: "Completed, but no process has ended it" };
    const ends = ended.filter(({ claim }) => !work.killedClaims.has(claim)).length;
    return ends > 1 ? { finding: "doubled", what: `ended ${ends} times` } : undefined;
  }
  if (state_type === "CANCELLED" && work.cancelled.has(id)) return undefined;
  if (!wasKilled) return { finding: "wronglyEnded", what: state_name };
  if (work.restartedAfterCrash.has(deployment.name)) return { finding: "notRestarted", what: state_name };
  if (state_type !== "CRASHED") return { finding: "wrong", what: `${state_name}, though its process was killed` };
  return state.message ? undefined : { finding: "wrong", what: "Crashed without a reason" };
}

function runsOf(apiUrl: string, { id }: DeploymentOfRuns): Promise<readonly DeployedRun[]> {
  return everyPage(`${apiUrl}/flow_runs/filter`, { deployments: { id: { any_: [id] } }, sort: "ID_DESC" });
}

/** A slot that was reserved for a run in line ends by itself within 15 s, and the clock of leases moves on every 2 s. */
const slotsFreeMillis = 30_000;
const lookMillis = 500;

async function checkSlots({ found }: Check, { readDeployments }: DeployedWork): Promise<void> {
  const giveUp = performance.now() + slotsFreeMillis;
  for (;;) {
    const deployments = await readDeployments();
    const held = deployments.flatMap(({ name, global_concurrency_limit: limit }) =>
      limit === null || limit.active_slots === 0 ? [] : [`${name}: ${limit.active_slots}`],
    );
    if (held.length === 0) return;
    if (performance.now() > giveUp) return void found.slotsLeaked.push(...held);
    await pause(lookMillis);
  }
}
