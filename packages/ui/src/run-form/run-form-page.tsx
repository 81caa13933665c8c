import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Failure } from "../components/failure.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { runFormQuery } from "./run-form.queries.ts";
import { RunForm } from "./run-form.tsx";

const route = getRouteApi("/deployments/$id/run");

export function RunFormPage() {
  const { id } = route.useParams();
  const { from, parameters } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery({ ...runFormQuery(id, from), staleTime: Number.POSITIVE_INFINITY });
  const form = query.data;
  if (form === undefined) {
    return (
      <Page title="Run">
        {query.isError ? (
          <Failure error={query.error} what="The deployment" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={10} />
        )}
      </Page>
    );
  }
  const name = `${form.flow.name}/${form.deployment.name}`;
  return (
    <Page title={`Run ${name}`}>
      <RunForm
        key={`${id} ${from ?? ""} ${parameters ?? ""}`}
        form={form}
        asked={{ from, parameters }}
        onCreated={(run) => void navigate({ to: "/runs/flow-run/$id", params: { id: run } })}
      />
    </Page>
  );
}
