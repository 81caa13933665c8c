import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { BlockTypeRow } from "../api/types.ts";
import { Empty } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { SearchField } from "../components/field.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { amount, count } from "../format.ts";
import { BlockMark } from "./block-mark.tsx";
import { blockTypesQuery } from "./blocks.queries.ts";
import { useLiveBlocks } from "./live-blocks.ts";

const route = getRouteApi("/blocks/catalog");

/** The server tells of no more. */
const maxTypes = 1000;

/** The types of blocks, to choose one for a new block. */
export function BlockCatalogPage() {
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(blockTypesQuery());
  useLiveBlocks(blockTypesQuery().queryKey);
  const types = (query.data?.results ?? []).filter((type) => matches(type, q ?? ""));
  return (
    <Page title="New block">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          label="Find a type"
          value={q ?? ""}
          onChange={(text) => void navigate({ search: text === "" ? {} : { q: text }, replace: true })}
          className="w-64"
        />
        <p className="text-xs text-faint" role="status">
          {query.data === undefined ? "" : amount(types.length, "type")}
          {(query.data?.results.length ?? 0) < maxTypes ? "" : ` of the first ${count(maxTypes)} by name`}
        </p>
      </div>
      {query.isError ? (
        <Failure error={query.error} what="The list of block types" onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <Skeleton rows={6} height={72} /> : null}
      {query.isSuccess && types.length === 0 ? (
        <Empty title="No type matches">
          <p>
            A type that a program defines, in TypeScript by <code>block()</code> and in Python by a class, appears here
            once the program has saved its first block.
          </p>
        </Empty>
      ) : null}
      <ul
        aria-label="Types of blocks"
        className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,260px),1fr))] gap-2 empty:hidden"
      >
        {types.map((type) => (
          <li key={type.id} className="min-w-0">
            <TypeCard type={type} />
          </li>
        ))}
      </ul>
    </Page>
  );
}

function matches({ name, slug, description }: BlockTypeRow, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return [name, slug, description ?? ""].some((part) => part.toLowerCase().includes(wanted));
}

function TypeCard({ type }: { readonly type: BlockTypeRow }) {
  const { slug, name, description, documents } = type;
  return (
    <Link
      to="/blocks/catalog/$slug"
      params={{ slug }}
      className="flex h-full min-w-0 items-start gap-2.5 rounded-lg border bg-surface px-3 py-2.5 hover:bg-hover"
    >
      <BlockMark slug={slug} name={name} />
      <span className="min-w-0">
        <span className="block truncate font-medium" title={name}>
          {name}
        </span>
        {description === null ? null : (
          <span className="line-clamp-2 text-xs break-words text-muted">{description}</span>
        )}
        {documents === 0 ? null : <span className="block text-xs text-faint">{amount(documents, "block")}</span>}
      </span>
    </Link>
  );
}
