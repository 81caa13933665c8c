import { join } from "node:path";
import type { Cluster } from "./cluster.ts";
import type { DeployedWork } from "./deployed-work.ts";
import { type LastingProcess, startLastingProcess } from "./lasting-process.ts";
import { markedProcesses } from "./marks.ts";
import type { Random } from "./random.ts";
import { endRunProcesses, killRunProcess } from "./run-processes.ts";
import { readDeployments, startRunRequests } from "./run-requests.ts";

/** Deployments of one flow, served by processes, and clients that ask for runs of them. */
export interface Serving {
  /** Kills a serving process, and returns the seconds until its successor serves. The processes of its runs go on. */
  killServingProcess(random: Random): Promise<number>;
  /** Kills the process of a run, and returns the seconds until the server knows of that; undefined where nothing ran. */
  killRunProcess(random: Random): Promise<number | undefined>;
  /** Asks for no more runs, lets those under way end, and ends the processes. */
  finish(): Promise<DeployedWork>;
  /** Kills whatever still runs. */
  dispose(): Promise<void>;
}

const flowName = "chaos served";
const deploymentNames = ["limited", "scheduled", "free"];
const restartedAfterCrash = new Set(["limited", "scheduled"]);
/** More clients than slots make runs wait. Each run is a process: there are fewer where there is little time. */
const clients = {
  long: ["limited", "limited", "limited", "free", "free"],
  short: ["limited", "limited", "limited"],
};
const servingCount = 2;

export async function startServing(cluster: Cluster, { long }: { readonly long: boolean }): Promise<Serving> {
  const { apiUrl, flowInjection, servedProgram } = cluster;
  const marks = join(cluster.folder, "marks");
  const wrong: string[] = [];
  const killedClaims = new Set<string>();
  const begin = (): LastingProcess =>
    startLastingProcess(cluster, {
      what: "a serving process",
      args: [...flowInjection.execArgv, servedProgram],
      announcement: "serving 3 deployments",
      marks,
      onFailure: (why) => wrong.push(why),
    });
  const serving = Array.from({ length: servingCount }, begin);
  await Promise.all(serving.map(({ ready }) => ready));
  const readOwn = () => readDeployments(apiUrl, flowName, deploymentNames);
  const deployments = await readOwn();
  const requests = startRunRequests({ apiUrl, deployments, clients: clients[long ? "long" : "short"], marks });
  return {
    async killServingProcess(random) {
      const index = Math.floor(random.next() * serving.length);
      const begun = performance.now();
      await serving[index]?.kill();
      const successor = begin();
      serving[index] = successor;
      await successor.ready;
      return (performance.now() - begun) / 1000;
    },
    killRunProcess: (random) => killRunProcess({ apiUrl, marks }, random, (claim) => killedClaims.add(claim)),
    async finish() {
      const asked = await requests.finish();
      await Promise.all(serving.map((one) => one.stop()));
      const processes = await markedProcesses(marks);
      const all = { ...asked, wrong: [...asked.wrong, ...wrong] };
      return { ...all, deployments, readDeployments: readOwn, processes, killedClaims, restartedAfterCrash };
    },
    async dispose() {
      requests.giveUp();
      await Promise.all(serving.map((one) => one.kill()));
      await endRunProcesses(marks);
    },
  };
}
