import type { updateFlowRunLabels } from "@ostinato/protocol";
import { TransactionFailed } from "../errors.ts";
import type { Api } from "../session/roles.ts";

/** The label of a subflow run whose tasks left hooks for the transaction around it. They live in its process. */
const hooksLabel = "ostinato.transaction-hooks";

export async function noteHooks({ client }: Api, flowRunId: string): Promise<void> {
  const params = { id: flowRunId };
  await client.call<typeof updateFlowRunLabels>("PATCH /flow_runs/{id}/labels", {
    params,
    body: { [hooksLabel]: true },
  });
}

export function hadHooks(labels: Readonly<Record<string, unknown>> | null | undefined): boolean {
  return labels?.[hooksLabel] === true;
}

export function hooksLost(name: string): TransactionFailed {
  return new TransactionFailed(
    `The subflow run "${name}" had finished in this transaction when its process ended, and the hooks of its tasks are gone with that process: they can be called neither to commit what it did nor to undo it. The next attempt calls the subflow anew. Make its tasks bear to find what they did before, or undo that by hand.`,
  );
}
