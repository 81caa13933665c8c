import type { FlowRun, OrchestrationResult } from "@ostinato/protocol";
import type { FakeClock } from "@ostinato/testing/clock";
import { limitOfDeployment, limitsByIds } from "../src/concurrency-limits/concurrency-limits.service.ts";
import { leaseEnder } from "../src/concurrency-limits/lease-ends.service.ts";
import { unit } from "../src/kernel/unit.ts";
import { addDeployment, type DeploymentFields, type TestDeployment } from "./deployment-harness.ts";
import type { TestServer } from "./harness.ts";

export const prefectClient = { "user-agent": "prefect/3.9.1 (API 0.8.4)" };
const everySeconds = 2;

/** Runs of deployments with limits, as a serving process and the server's loops treat them. */
export function slotsOn(server: TestServer, clock: FakeClock) {
  const endLeases = leaseEnder(server.context, everySeconds);

  const setState = async (id: string, state: object, more: object = {}, headers: Record<string, string> = {}) => {
    const response = await server.app.inject({
      method: "POST",
      url: `/api/flow_runs/${id}/set_state`,
      payload: JSON.stringify({ state, ...more }),
      headers: { "content-type": "application/json", ...headers },
    });
    return JSON.parse(response.body) as OrchestrationResult;
  };

  const limit = (id: string, slots: number | null) =>
    unit(server.context, (unit) => limitOfDeployment(unit, id, slots));

  return {
    setState,
    limit,
    async deployment(slots: number | null, fields: DeploymentFields = {}): Promise<TestDeployment> {
      const deployment = await addDeployment(server.context, fields);
      if (slots !== null) await limit(deployment.id, slots);
      return deployment;
    },
    async run({ id, flowId }: TestDeployment, more: object = {}): Promise<string> {
      const given = { flow_id: flowId, deployment_id: id, state: { type: "SCHEDULED" }, ...more };
      return (await server.call<FlowRun>("POST", "/flow_runs/", given)).body.id;
    },
    claim: (id: string, headers?: Record<string, string>) => setState(id, { type: "PENDING" }, {}, headers),
    read: async (id: string) => (await server.call<FlowRun>("GET", `/flow_runs/${id}`)).body,
    /** The limit of a deployment, as it is answered with it. */
    async limitOf(deploymentId: string) {
      const { concurrency_limit_id: id } = await server.context.db.read
        .selectFrom("deployment")
        .select("concurrency_limit_id")
        .where("id", "=", deploymentId)
        .executeTakeFirstOrThrow();
      return id === null ? undefined : (await limitsByIds(server.context.db.read, [id], clock.now())).get(id);
    },
    /** Lets time go by in which the server hears its clients. */
    async hear(seconds: number): Promise<void> {
      for (let passed = 0; passed <= seconds; passed += everySeconds) {
        await endLeases();
        await clock.advance(everySeconds);
      }
      await endLeases();
    },
    /** Lets those who wait in line move up. */
    moveUp: () => server.tick("consumer waiting-lines"),
  };
}
