import type { CleanUpMessage } from "@ostinato/protocol";
import type { HeldRuns } from "./held-runs.ts";
import type { WorkerChannel } from "./worker-channel.ts";
import type { WorkerContext } from "./worker-context.ts";

type Delivery = CleanUpMessage["payload"];

/** Half of the time for which a delivery is the worker's. */
const renewSeconds = 15;

/** Removes what the server asks the worker to remove: jobs of runs whose own worker is gone, or which never confirmed their cancel. */
export async function cleanUpDelivered(
  delivery: Delivery,
  {
    worker,
    runs,
    channel,
  }: { readonly worker: WorkerContext; readonly runs: HeldRuns; readonly channel: WorkerChannel },
): Promise<void> {
  const { target } = delivery;
  const stopRenewing = renewing(worker, () => channel.answer("renew", delivery));
  try {
    const jobs = (await runs.find(target.flow_run_id)).filter(({ identity }) => isMeant(delivery, identity.claim));
    for (const job of jobs) {
      worker.say("warning", `what is left of run ${target.flow_run_id} is removed, as the server asks`);
      await job.stop(worker.killAfterSeconds);
      await job.cleanUp();
    }
    // What is not found here may be on another machine.
    if (jobs.length > 0 || target.infrastructure_pid === null) channel.answer("ack", delivery);
    else channel.answer("release", delivery, `There is no such job on the machine of worker "${worker.name}".`);
  } catch (error) {
    channel.answer("release", delivery, error instanceof Error ? error.message : String(error));
  } finally {
    stopRenewing();
  }
}

/** The job of a claim that was taken back is meant, and not the one of the claim after it. */
function isMeant(delivery: Delivery, claim: string): boolean {
  return delivery.kind === "cancelling_timeout_teardown.v1" || delivery.target.claim_id === claim;
}

function renewing({ clock }: WorkerContext, renew: () => void): () => void {
  let stop = () => {};
  const wait = () => {
    stop = clock.after(renewSeconds, () => {
      renew();
      wait();
    });
  };
  wait();
  return () => stop();
}
