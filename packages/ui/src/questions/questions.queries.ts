import type { readQuestionPage } from "@ostinato/protocol";
import { queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";

/** A question of a flow run, by default its last one, and what became of it. */
export function questionQuery(flowRunId: string, question: string | undefined) {
  return queryOptions({
    queryKey: ["flow-run", flowRunId, "question", question ?? null],
    queryFn: ({ signal }) =>
      call<typeof readQuestionPage>("GET /ui/flow_runs/{id}/question", {
        params: { id: flowRunId },
        query: question === undefined ? {} : { question },
        signal,
      }),
  });
}
