import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import type { WebhookRow } from "../api/types.ts";
import { apiBase, passwordRequired } from "../base-path.ts";
import { Button, buttonClass, IconButton } from "../components/button.tsx";
import type { Column } from "../components/columns.ts";
import { CodeBlock, Empty } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { SearchField } from "../components/field.tsx";
import { FirstChoice } from "../components/first-choice.tsx";
import { Icon } from "../components/icon.tsx";
import { Menu, MenuItem, MenuSeparator } from "../components/menu.tsx";
import { OnSwitch } from "../components/on-switch.tsx";
import { Page } from "../components/page.tsx";
import { type NameColumn, RowTable } from "../components/row-table.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { amount } from "../format.ts";
import { firstWebhook } from "./first-webhook.ts";
import { PostMarks } from "./post-marks.tsx";
import { presetNames } from "./preset-names.ts";
import { presets } from "./presets.ts";
import { useWebhookActions, type WebhookActions } from "./use-webhook-actions.tsx";
import { signedBy, takes } from "./webhook-words.ts";
import { webhookListKey, webhookListQuery } from "./webhooks.queries.ts";
import { readWebhooksSearch } from "./webhooks-search.ts";

const route = getRouteApi("/webhooks");

type Row = WebhookRow & { readonly id: string; readonly name: string };

export function WebhooksPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery({ ...webhookListQuery(search), placeholderData: keepPreviousData });
  const queryClient = useQueryClient();
  const again = () => queryClient.invalidateQueries({ queryKey: webhookListKey });
  useLive({ kind: "webhooks" }, { onChanges: useRested(again), onResync: () => void again() });
  const { actions, dialog, problem } = useWebhookActions({
    onRotated: (id) => navigate({ to: "/webhooks/webhook/$id", params: { id } }),
  });
  const rows = useMemo(
    () =>
      list.data?.pages.flatMap(({ results }) =>
        results.map((row): Row => ({ ...row, id: row.webhook.id, name: row.webhook.name })),
      ) ?? [],
    [list.data],
  );
  const drawn = useMemo(() => drawnBy(actions), [actions]);
  const change = (q: string) =>
    void navigate({ search: readWebhooksSearch(q === "" ? {} : { q }), resetScroll: false });
  const isEmpty = list.isSuccess && rows.length === 0;
  const hasNone = isEmpty && search.q === undefined;
  return (
    <Page title="Webhooks">
      {hasNone ? null : (
        <div className="flex flex-wrap items-center gap-1.5">
          <SearchField label="Filter by name" value={search.q ?? ""} onChange={change} className="w-52" />
          <Link to="/webhooks/new" className={`${buttonClass("primary")} ml-auto`}>
            <Icon name="plus" className="size-3.5" />
            Create
          </Link>
        </div>
      )}
      {list.isError ? (
        <Failure error={list.error} what="The list of webhooks" onRetry={() => void list.refetch()} />
      ) : null}
      {problem}
      {list.isPending ? <Skeleton rows={6} height={34} /> : null}
      {hasNone ? <FirstWebhook /> : null}
      {isEmpty && !hasNone ? (
        <Empty title="No webhook matches">
          <Button icon="close" className="mt-1" onClick={() => change("")}>
            Clear the filter
          </Button>
        </Empty>
      ) : null}
      {rows.length === 0 ? null : (
        <div className={`flex flex-col gap-1.5 ${list.isPlaceholderData ? "opacity-60" : ""}`}>
          <p className="text-xs text-faint" role="status">
            {amount(list.data?.pages[0]?.count ?? rows.length, "webhook")}
          </p>
          <RowTable
            label="Webhooks"
            rows={rows}
            {...drawn}
            onEnd={() => {
              if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
            }}
          />
        </div>
      )}
      {dialog}
    </Page>
  );
}

/** How the rows are drawn, on a wide screen and on a narrow one. */
function drawnBy(actions: WebhookActions) {
  const name: NameColumn<Row, "NAME_ASC"> = {
    label: "Webhook",
    sorts: ["NAME_ASC"],
    cell: (row) => (
      <>
        <OnSwitch of={row.webhook} onSwitch={actions.onSwitch} />
        <NameLink row={row} />
      </>
    ),
  };
  const columns: readonly Column<Row, "NAME_ASC">[] = [
    {
      id: "event",
      label: "Event",
      width: 140,
      grows: 1,
      cell: ({ webhook }) => (
        <span className="truncate font-mono text-xs" title={takes(webhook)}>
          {takes(webhook)}
        </span>
      ),
    },
    { id: "posts", label: "Last posts", width: 110, cell: ({ posts }) => <PostMarks posts={posts} /> },
    {
      id: "received",
      label: "Received",
      width: 92,
      right: true,
      cell: ({ posts }) => <RelativeTime time={posts[0]?.occurred} className="truncate text-muted" />,
    },
    {
      id: "signature",
      label: "Signature",
      width: 140,
      grows: 0.5,
      cell: ({ webhook }) => <span className="truncate text-muted">{signedBy(webhook)}</span>,
    },
    {
      id: "menu",
      label: "",
      width: 28,
      keeps: true,
      cell: ({ webhook }) => <WebhookMenu webhook={webhook} actions={actions} />,
    },
  ];
  const narrow = (row: Row) => (
    <>
      <Icon name="webhooks" className="text-faint" />
      <NameLink row={row} />
      <span className="flex items-center gap-1">
        <OnSwitch of={row.webhook} onSwitch={actions.onSwitch} />
        <WebhookMenu webhook={row.webhook} actions={actions} />
      </span>
      <span />
      <span className={`truncate text-xs ${row.posts[0]?.reason == null ? "text-muted" : "text-danger"}`}>
        {row.posts[0]?.reason ?? takes(row.webhook)}
      </span>
      <RelativeTime time={row.posts[0]?.occurred} className="text-right text-xs text-faint" />
    </>
  );
  return { name, columns, narrow };
}

function NameLink({ row: { id, name } }: { readonly row: Row }) {
  return (
    <Link
      to="/webhooks/webhook/$id"
      params={{ id }}
      dir="auto"
      title={name}
      className="truncate py-0.5 font-medium hover:underline"
    >
      {name}
    </Link>
  );
}

function WebhookMenu({
  webhook,
  actions,
}: {
  readonly webhook: WebhookRow["webhook"];
  readonly actions: WebhookActions;
}) {
  const navigate = useNavigate();
  const { id, name } = webhook;
  return (
    <Menu align="end" trigger={<IconButton icon="more" label={`Actions on ${name}`} />}>
      <MenuItem icon="edit" onSelect={() => void navigate({ to: "/webhooks/webhook/$id/edit", params: { id } })}>
        Edit
      </MenuItem>
      <MenuItem icon="automations" onSelect={() => void navigate({ to: "/automations/new", search: { webhook: id } })}>
        Make an automation from this
      </MenuItem>
      <MenuItem icon="retry" onSelect={() => actions.onRotate(webhook)}>
        New address…
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon="trash" danger onSelect={() => actions.onDelete(webhook)}>
        Delete…
      </MenuItem>
    </Menu>
  );
}

/** The content of the empty list: what a webhook is, and the ways to a first one. */
function FirstWebhook() {
  return (
    <FirstChoice
      title="No webhook yet"
      about="A webhook is an address. What other systems post to it becomes an event, to which automations react: a push, a payment, a file that has come. Who is going to post?"
      choices={presetNames.map((name) => ({ name, ...presets[name] }))}
      linkTo={(from) => ({ to: "/webhooks/new", search: { from } })}
    >
      <p className="text-muted">Or make one in a terminal, and post to it:</p>
      <CodeBlock code={firstWebhook({ apiBase, passwordRequired })} label="Copy the commands" />
    </FirstChoice>
  );
}
