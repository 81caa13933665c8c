import type { Writer } from "../db/dialect.ts";

export async function noteCancellation(tx: Writer, flowRunId: string, userAgent: string): Promise<void> {
  await tx
    .insertInto("flow_run_cancellation")
    .values({ flow_run_id: flowRunId, user_agent: userAgent })
    .onConflict((conflict) => conflict.column("flow_run_id").doUpdateSet({ user_agent: userAgent }))
    .execute();
}
