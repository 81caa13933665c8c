import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { BlockList, BlockRow } from "../api/types.ts";
import { buttonClass } from "../components/button.tsx";
import { Empty } from "../components/empty.tsx";
import { EndInSight } from "../components/end-in-sight.tsx";
import { Failure } from "../components/failure.tsx";
import { SearchField, Select } from "../components/field.tsx";
import { FilterButton } from "../components/filter-button.tsx";
import { Icon } from "../components/icon.tsx";
import { Menu, MenuCheck } from "../components/menu.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { FirstSteps } from "../first-steps/first-steps.tsx";
import { firstBlock } from "../first-steps/programs.ts";
import { amount, count } from "../format.ts";
import { BlockMark } from "./block-mark.tsx";
import { blockListQuery } from "./blocks.queries.ts";
import {
  type BlocksSearch,
  type BlocksSearchChange,
  blockSorts,
  isNarrowed,
  readBlocksSearch,
} from "./blocks-search.ts";
import { useLiveBlocks } from "./live-blocks.ts";

const route = getRouteApi("/blocks");

export function BlocksPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery({ ...blockListQuery(search), placeholderData: keepPreviousData });
  useLiveBlocks(["blocks", "list"]);
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.results) ?? [], [list.data]);
  const first = list.data?.pages[0];
  const change = (next: BlocksSearchChange) =>
    void navigate({ search: (before) => readBlocksSearch({ ...before, ...next }), resetScroll: false });
  const isEmpty = list.isSuccess && rows.length === 0;
  return (
    <Page title="Blocks">
      <div className="flex flex-wrap items-start gap-2 sm:flex-nowrap">
        {isEmpty && !isNarrowed(search) ? null : (
          <Filters search={search} types={first?.types ?? []} onChange={change} />
        )}
        <Link to="/blocks/catalog" className={`${buttonClass("primary")} sm:ml-auto`}>
          <Icon name="plus" className="size-3.5" /> New block
        </Link>
      </div>
      {list.isError ? (
        <Failure error={list.error} what="The list of blocks" onRetry={() => void list.refetch()} />
      ) : null}
      {list.isPending ? <Skeleton rows={10} height={36} /> : null}
      {isEmpty ? <NoBlocks narrowed={isNarrowed(search)} /> : null}
      {rows.length === 0 ? null : (
        <div className={`flex flex-col gap-3 ${list.isPlaceholderData ? "opacity-60" : ""}`}>
          <p className="-mb-1.5 text-xs text-faint" role="status">
            {first === undefined ? "" : amount(first.count, "block")}
          </p>
          {search.sort === undefined ? (
            <ByType rows={rows} types={first?.types ?? []} narrowed={search.q !== undefined} />
          ) : (
            <ul aria-label="Blocks" className="rounded-lg border bg-surface">
              {rows.map((row) => (
                <Row key={row.id} row={row} withType />
              ))}
            </ul>
          )}
        </div>
      )}
      {list.hasNextPage ? (
        <EndInSight reading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
      ) : null}
    </Page>
  );
}

function Filters(props: {
  readonly search: BlocksSearch;
  readonly types: BlockList["types"];
  readonly onChange: (change: BlocksSearchChange) => void;
}) {
  const { search, types, onChange } = props;
  const chosen = search.type ?? [];
  const toggle = (slug: string, on: boolean) => {
    const next = on ? [...chosen, slug] : chosen.filter((one) => one !== slug);
    onChange({ type: next.length === 0 ? undefined : next });
  };
  const nameOf = (slug: string) => types.find((type) => type.slug === slug)?.name ?? slug;
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-1.5">
      <SearchField
        label="Filter by name or type"
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q === "" ? undefined : q })}
        className="w-56"
      />
      <Menu trigger={<FilterButton icon="blocks" name="Type" value={chosen.map(nameOf).join(", ")} />}>
        {types.map(({ slug, name, documents }) => (
          <MenuCheck key={slug} checked={chosen.includes(slug)} onChange={(on) => toggle(slug, on)}>
            <span className="truncate">{name}</span>
            <span className="ml-auto pl-3 text-xs text-faint">{count(documents)}</span>
          </MenuCheck>
        ))}
      </Menu>
      <Select
        label="Order"
        value={search.sort ?? "TYPE"}
        options={blockSorts}
        onChange={(sort) => onChange({ sort: sort === "TYPE" ? undefined : sort })}
      />
      {isNarrowed(search) ? (
        <Link to="/blocks" className={buttonClass("ghost")}>
          Clear
        </Link>
      ) : null}
    </div>
  );
}

function ByType(props: {
  readonly rows: readonly BlockRow[];
  readonly types: BlockList["types"];
  /** Whether a text is looked for, so that a group may show some of its blocks only. */
  readonly narrowed: boolean;
}) {
  const { rows, types, narrowed } = props;
  const groups = Map.groupBy(rows, (row) => row.block_type_slug);
  return [...groups].map(([slug, blocks]) => {
    const name = blocks[0]?.block_type_name ?? slug;
    const total = types.find((type) => type.slug === slug)?.documents ?? blocks.length;
    return (
      <section key={slug} aria-label={name} className="rounded-lg border bg-surface">
        <div className="flex min-h-9 items-center gap-2 border-b px-3 py-1">
          <BlockMark slug={slug} name={name} />
          <h2 className="min-w-0 truncate text-sm font-semibold">{name}</h2>
          <span className="mr-auto text-xs text-faint">
            {narrowed && blocks.length < total ? `${count(blocks.length)} of ${count(total)}` : count(total)}
          </span>
          <Link
            to="/blocks/catalog/$slug"
            params={{ slug }}
            aria-label={`New ${name}`}
            className={buttonClass("ghost")}
          >
            <Icon name="plus" className="size-3.5" /> New
          </Link>
        </div>
        <ul aria-label={`Blocks of the type ${name}`}>
          {blocks.map((row) => (
            <Row key={row.id} row={row} withType={false} />
          ))}
        </ul>
      </section>
    );
  });
}

function Row({ row, withType }: { readonly row: BlockRow; readonly withType: boolean }) {
  return (
    <li className="flex h-9 min-w-0 items-center gap-3 border-b px-3 last:border-0 hover:bg-hover">
      {withType ? <BlockMark slug={row.block_type_slug} name={row.block_type_name} /> : null}
      <Link
        to="/blocks/block/$id"
        params={{ id: row.id }}
        className="min-w-0 truncate py-0.5 font-medium hover:underline"
        title={row.name}
      >
        {row.name}
      </Link>
      {withType ? <span className="min-w-0 shrink-[2] truncate text-xs text-faint">{row.block_type_name}</span> : null}
      <span className="ml-auto shrink-0 text-right text-xs text-faint">
        <span className="max-sm:hidden">changed </span>
        <RelativeTime time={row.updated} />
      </span>
    </li>
  );
}

function NoBlocks({ narrowed }: { readonly narrowed: boolean }) {
  if (!narrowed) {
    return (
      <FirstSteps title="No block yet" programs={firstBlock} awaited="the first block">
        A block keeps configuration and secrets by name: a token, the address of a database, a webhook. Programs in
        TypeScript and in Python read the same blocks, and nobody has to write a secret into a program.
      </FirstSteps>
    );
  }
  return (
    <Empty title="No block matches">
      <p>No blocks meet all conditions of the filter.</p>
      <Link to="/blocks" className={`${buttonClass()} mt-3`}>
        <Icon name="close" className="size-3.5" /> Clear the filter
      </Link>
    </Empty>
  );
}
