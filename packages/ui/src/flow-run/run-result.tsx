import { useQuery } from "@tanstack/react-query";
import { Failure } from "../components/failure.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { ValueView } from "../components/value-view.tsx";
import { runResultQuery } from "./flow-run.queries.ts";

export function RunResult({ id }: { readonly id: string }) {
  const query = useQuery(runResultQuery(id));
  if (query.isError) return <Failure error={query.error} what="The result" onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton rows={4} height={20} />;
  const { reason, preview } = query.data;
  return reason === null ? <ValueView preview={preview} /> : <p className="py-4 text-muted">{reason}</p>;
}
