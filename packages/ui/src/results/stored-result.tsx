import type { readTaskRunResult } from "@ostinato/protocol";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { ResultView } from "../api/types.ts";
import { Failure } from "../components/failure.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { PersistedResultFacts } from "./persisted-result.tsx";
import { ValueView } from "./value-view.tsx";

export function taskRunResultQuery(id: string) {
  return queryOptions({
    queryKey: ["task-run", id, "result"],
    queryFn: ({ signal }) => call<typeof readTaskRunResult>("GET /task_runs/{id}/result", { params: { id }, signal }),
  });
}

/** The result of a task run as its page knows it. The server reads a value from a client's storage when it is asked for that value alone. */
export function TaskRunResult({ id, known }: { readonly id: string; readonly known: ResultView }) {
  const isStored = known.persisted !== null && known.persisted.storage_block_id !== null;
  return isStored ? <StoredResult id={id} /> : <ResultValue result={known} />;
}

function StoredResult({ id }: { readonly id: string }) {
  const query = useQuery(taskRunResultQuery(id));
  if (query.isError) return <Failure error={query.error} what="The result" onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton rows={2} height={20} />;
  return <ResultValue result={query.data} />;
}

/** The value or why there is none, and where a client has it. */
export function ResultValue({ result }: { readonly result: ResultView }) {
  const { reason, preview, persisted } = result;
  return (
    <div className="flex flex-col gap-2">
      {reason === null ? <ValueView preview={preview} /> : <p className="break-words text-muted">{reason}</p>}
      {persisted === null ? null : <PersistedResultFacts result={persisted} />}
    </div>
  );
}
