import { patiently, pause } from "./api.ts";

/**
 * Deletes runs that have log lines and results. What a run leaves goes after its commit, whatever becomes of the server that
 * made it.
 */
export interface DeletionWitness {
  /** Gives the runs that it has asked to delete. */
  stop(): Promise<readonly string[]>;
}

const linesPerRun = 20;
const restMillis = 200;
const sideBySide = 2;
const answerMillis = 15_000;

export function startDeletionWitness(apiUrl: string): DeletionWitness {
  const asked: string[] = [];
  let stopped = false;

  async function round(): Promise<void> {
    const flow = await patiently<{ id: string }>(`${apiUrl}/flows/`, { name: "deletion witness" });
    const creation = { flow_id: flow.id, state: { type: "COMPLETED" } };
    const { id } = await patiently<{ id: string }>(`${apiUrl}/flow_runs/`, creation);
    const timestamp = new Date().toISOString();
    const line = { name: "deletion witness", level: 20, message: "", timestamp, flow_run_id: id };
    await patiently(`${apiUrl}/logs/`, Array<typeof line>(linesPerRun).fill(line));
    asked.push(id);
    // Once: whether the run was deleted where no answer came is seen in the end.
    const signal = AbortSignal.timeout(answerMillis);
    await fetch(`${apiUrl}/flow_runs/${id}`, { method: "DELETE", signal }).catch(() => {});
  }

  const running = Promise.all(
    Array.from({ length: sideBySide }, async () => {
      while (!stopped) {
        await round();
        await pause(restMillis);
      }
    }),
  );
  return {
    async stop() {
      stopped = true;
      await running;
      return asked;
    },
  };
}
