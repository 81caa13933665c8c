import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { BlockPage as PageData } from "../api/types.ts";
import { buttonClass, IconButton } from "../components/button.tsx";
import { CodeChoice } from "../components/code-choice.tsx";
import { CopyButton, copyText } from "../components/copy.tsx";
import { Failure } from "../components/failure.tsx";
import { HeaderFact, HeaderFacts } from "../components/header-facts.tsx";
import { Icon } from "../components/icon.tsx";
import { Menu, MenuItem, MenuSeparator } from "../components/menu.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { UsedBy } from "../uses/used-by.tsx";
import { blockCode, blockLanguages } from "./block-code.ts";
import { BlockMark } from "./block-mark.tsx";
import { BlockValues } from "./block-values.tsx";
import { blockQuery } from "./blocks.queries.ts";
import { useLiveBlocks } from "./live-blocks.ts";

const DeleteBlockDialog = onDemand(() =>
  import("./delete-block-dialog.tsx").then((module) => module.DeleteBlockDialog),
);

const route = getRouteApi("/blocks/block/$id");

export function BlockPage() {
  const { id } = route.useParams();
  const query = useQuery(blockQuery(id));
  useLiveBlocks(blockQuery(id).queryKey);
  const page = query.data;
  return (
    <Page title={page?.document.name ?? "Block"} ownHeading>
      {query.isError ? <Failure error={query.error} what="The block" onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Skeleton rows={8} /> : null}
      {page === undefined ? null : (
        <>
          <Header page={page} />
          <Section title="Values">
            <BlockValues document={page.document} />
          </Section>
          <Section title="Used by">
            <div className="p-3">
              <UsedBy
                uses={page.uses}
                unused="No other block and no deployment, work pool or automation refers to it. Programs that load it by name are not listed."
              />
            </div>
          </Section>
          <Section title="Load it">
            <div className="p-3">
              <CodeChoice
                languages={blockLanguages}
                first="typescript"
                codeOf={(language) => blockCode(language, page.document)}
              />
            </div>
          </Section>
        </>
      )}
    </Page>
  );
}

function Header({ page }: { readonly page: PageData }) {
  const { document } = page;
  const { id, name, block_type: type } = document;
  const [isDeleting, setIsDeleting] = useState(false);
  const navigate = useNavigate();
  return (
    <header className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        {type === null ? null : <BlockMark slug={type.slug} name={type.name} />}
        <h1 className="min-w-0 text-lg font-semibold break-all">{name}</h1>
        <CopyButton text={name} label="Copy the name" className="mr-auto -ml-2" />
        <div className="flex items-center gap-1.5">
          <Link to="/blocks/block/$id/edit" params={{ id }} className={buttonClass()}>
            <Icon name="edit" className="size-3.5" /> Edit
          </Link>
          <Menu align="end" trigger={<IconButton icon="more" look="plain" label="More" />}>
            <MenuItem icon="copy" onSelect={() => void copyText(id)}>
              Copy the id
            </MenuItem>
            <MenuItem icon="copy" onSelect={() => void copyText(`${type?.slug}/${name}`)}>
              Copy the type and the name
            </MenuItem>
            <MenuSeparator />
            <MenuItem icon="trash" danger onSelect={() => setIsDeleting(true)}>
              Delete…
            </MenuItem>
          </Menu>
        </div>
      </div>
      <HeaderFacts>
        {type === null ? null : (
          <HeaderFact name="Type">
            <Link to="/blocks" search={{ type: [type.slug] }} className="hover:underline">
              {type.name}
            </Link>
          </HeaderFact>
        )}
        <HeaderFact name="Changed">
          <RelativeTime time={document.updated} />
        </HeaderFact>
        <HeaderFact name="Created">
          <RelativeTime time={document.created} />
        </HeaderFact>
      </HeaderFacts>
      {isDeleting ? (
        <DeleteBlockDialog
          block={document}
          onClose={() => setIsDeleting(false)}
          onDeleted={() => navigate({ to: "/blocks" })}
        />
      ) : null}
    </header>
  );
}
