import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Automation } from "../api/types.ts";
import { Failure } from "../components/failure.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { runFormQuery } from "../run-form/run-form.queries.ts";
import { automationChoicesQuery, automationQuery, replaceBy } from "./automations.queries.ts";
import { Builder } from "./builder.tsx";
import { draftOf } from "./draft.ts";

const route = getRouteApi("/automations/automation/$id/edit");

export function EditAutomationPage() {
  const { id } = route.useParams();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const query = useQuery(automationQuery(id));
  const page = query.data;
  const isWaiting = useIsWaiting(page?.automation);
  const leave = () => navigate({ to: "/automations/automation/$id", params: { id } });
  return (
    <Page
      title={page === undefined ? "Edit an automation" : `Edit ${page.automation.name}`}
      crumbs={
        page === undefined
          ? []
          : [{ label: page.automation.name, link: { to: "/automations/automation/$id", params: { id } } }]
      }
      crumb="Edit"
    >
      {query.isError ? (
        <Failure error={query.error} what="The automation" onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending || isWaiting ? <Skeleton rows={8} /> : null}
      {page === undefined || isWaiting ? null : (
        <Builder
          // What others save meanwhile does not take away what is written here.
          key={id}
          initial={draftOf(page.automation)}
          names={page.names}
          save="Save"
          onSave={async (draft) => {
            await replaceBy(id, draft);
            await queryClient.invalidateQueries({ queryKey: ["automations"] });
            await leave();
          }}
          onCancel={() => void leave()}
        />
      )}
    </Page>
  );
}

/** Whether what the fields choose from is still to come: they would move when it does. What can't be read does not hold up the rest. */
function useIsWaiting(automation: Automation | undefined): boolean {
  const choices = useQuery(automationChoicesQuery);
  const deployments = (automation?.actions ?? []).flatMap((action) =>
    action.type === "run-deployment" && action.deployment_id !== null ? action.deployment_id : [],
  );
  const forms = useQueries({ queries: [...new Set(deployments)].map((each) => runFormQuery(each, undefined)) });
  return [choices, ...forms].some(({ isFetched }) => !isFetched);
}
