import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { buttonClass } from "../components/button.tsx";
import { Failure } from "../components/failure.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { blockQuery } from "./blocks.queries.ts";

const EditBlockForm = onDemand(
  () => import("./block-form.tsx").then((module) => module.EditBlockForm),
  <Skeleton rows={6} />,
);

const route = getRouteApi("/blocks/block/$id/edit");

export function EditBlockPage() {
  const { id } = route.useParams();
  const navigate = useNavigate();
  const query = useQuery(blockQuery(id));
  const document = query.data?.document;
  const open = () => navigate({ to: "/blocks/block/$id", params: { id } });
  return (
    <Page
      title={document === undefined ? "Edit a block" : `Edit ${document.name}`}
      crumbs={
        document === undefined ? [] : [{ label: document.name, link: { to: "/blocks/block/$id", params: { id } } }]
      }
      crumb="Edit"
    >
      {query.isError ? <Failure error={query.error} what="The block" onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Skeleton rows={8} /> : null}
      {document === undefined ? null : (
        <div className="w-full max-w-3xl min-w-0">
          <Section title={`${document.block_type_name ?? "Block"} ${document.name}`}>
            <div className="p-3">
              <EditBlockForm
                document={document}
                onSaved={open}
                beside={
                  <Link to="/blocks/block/$id" params={{ id }} className={buttonClass()}>
                    Cancel
                  </Link>
                }
              />
            </div>
          </Section>
        </div>
      )}
    </Page>
  );
}
