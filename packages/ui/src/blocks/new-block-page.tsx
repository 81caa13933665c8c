import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { BlockTypePage } from "../api/types.ts";
import { Button, buttonClass } from "../components/button.tsx";
import { ConfirmDialog } from "../components/dialog.tsx";
import { Failure } from "../components/failure.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { amount } from "../format.ts";
import { BlockMark } from "./block-mark.tsx";
import { blockListQuery, blockTypeQuery, removeBlockType } from "./blocks.queries.ts";

const NewBlockForm = onDemand(
  () => import("./block-form.tsx").then((module) => module.NewBlockForm),
  <Skeleton rows={6} />,
);

const route = getRouteApi("/blocks/catalog/$slug");

export function NewBlockPage() {
  const { slug } = route.useParams();
  const query = useQuery(blockTypeQuery(slug));
  const page = query.data;
  return (
    <Page
      title={page === undefined ? "New block" : `New ${page.type.name}`}
      crumbs={[{ label: "New block", link: { to: "/blocks/catalog" } }]}
      crumb={page?.type.name ?? slug}
    >
      {query.isError ? (
        <Failure error={query.error} what={`The block type ${slug}`} onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <Skeleton rows={8} /> : null}
      {page === undefined ? null : <Content page={page} />}
    </Page>
  );
}

function Content({ page }: { readonly page: BlockTypePage }) {
  const { type } = page;
  const navigate = useNavigate();
  return (
    <div className="flex w-full max-w-3xl min-w-0 flex-col gap-3">
      <div className="flex min-w-0 items-start gap-2.5">
        <BlockMark slug={type.slug} name={type.name} />
        <div className="min-w-0">
          {type.description === null ? null : <p className="break-words text-muted">{type.description}</p>}
          <p className="text-xs text-faint">
            Type <code>{type.slug}</code>
            {type.is_protected ? ", which comes with the server" : ""}
          </p>
        </div>
      </div>
      <Section title="The block">
        <div className="p-3">
          <NewBlockForm
            page={page}
            onSaved={(id) => navigate({ to: "/blocks/block/$id", params: { id } })}
            beside={
              <Link to="/blocks/catalog" className={buttonClass()}>
                Cancel
              </Link>
            }
          />
        </div>
      </Section>
      {type.is_protected ? null : <DeleteType type={type} />}
    </div>
  );
}

/** Types that programs have registered can be deleted, with all that belongs to them. */
function DeleteType({ type }: { readonly type: BlockTypePage["type"] }) {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { data } = useQuery({
    queryKey: ["blocks", "count", type.slug],
    queryFn: async ({ client }) => {
      const pages = await client.fetchInfiniteQuery(blockListQuery({ type: [type.slug] }));
      return pages.pages[0]?.count ?? 0;
    },
    enabled: asking,
  });
  return (
    <>
      <Button look="ghost" icon="trash" className="self-start" onClick={() => setAsking(true)}>
        Delete the type…
      </Button>
      {asking ? (
        <ConfirmDialog
          open
          onOpenChange={() => setAsking(false)}
          title={`Delete the type ${type.name}`}
          action="Delete the type"
          keep="Keep the type"
          danger
          onConfirm={async () => {
            await removeBlockType(type.id);
            await navigate({ to: "/blocks/catalog" });
            await queryClient.invalidateQueries({ queryKey: ["blocks"] });
          }}
        >
          <p>
            {data === undefined || data === 0 ? "" : `${amount(data, "block")} of the type would be deleted with it. `}
            Programs that save a block of it register it anew. This can't be undone.
          </p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}
