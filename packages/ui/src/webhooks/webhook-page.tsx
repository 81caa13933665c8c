import { isNotFound } from "@ostinato/client";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import type { Webhook } from "../api/types.ts";
import { apiBase } from "../base-path.ts";
import { Button, buttonClass, IconButton } from "../components/button.tsx";
import { Copyable, copyText } from "../components/copy.tsx";
import { CodeBlock } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { HeaderFact, HeaderFacts } from "../components/header-facts.tsx";
import { Icon } from "../components/icon.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Menu, MenuItem, MenuSeparator } from "../components/menu.tsx";
import { SwitchedHeading } from "../components/on-switch.tsx";
import { Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { EventFeed } from "../events/event-feed.tsx";
import { useNow } from "../now.ts";
import { curlOf } from "./curl.ts";
import { useWebhookActions, type WebhookActions } from "./use-webhook-actions.tsx";
import { signedBy } from "./webhook-words.ts";
import { addressQuery, postsQuery, webhookQuery } from "./webhooks.queries.ts";

const route = getRouteApi("/webhooks/webhook/$id");

/** A webhook: how to post to it, and what became of what was posted. */
export function WebhookPage() {
  const { id } = route.useParams();
  const navigate = route.useNavigate();
  const query = useQuery(webhookQuery(id));
  const queryClient = useQueryClient();
  const again = () => queryClient.invalidateQueries({ queryKey: ["webhooks"] });
  useLive({ kind: "webhooks" }, { onChanges: useRested(again, 300), onResync: () => void again() });
  const { actions, dialog, problem } = useWebhookActions({ onDeleted: () => navigate({ to: "/webhooks" }) });
  const webhook = query.data;
  if (webhook === undefined || isNotFound(query.error)) {
    return (
      <Page title="Webhook">
        {query.isError ? (
          <Failure error={query.error} what="The webhook" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={8} />
        )}
      </Page>
    );
  }
  return (
    <Page title={webhook.name} ownHeading>
      <Header webhook={webhook} actions={actions} />
      {problem}
      <Address webhook={webhook} onRotate={() => actions.onRotate(webhook)} />
      <Received id={id} />
      <Section title="The event that a post becomes">
        <div className="p-3">
          {webhook.template === null ? (
            <p className="text-muted">
              What is posted is a CloudEvent: its <code>type</code> is the name of the event.
            </p>
          ) : (
            <JsonView value={webhook.template} label="Copy the template" />
          )}
        </div>
      </Section>
      {dialog}
    </Page>
  );
}

function Header({ webhook, actions }: { readonly webhook: Webhook; readonly actions: WebhookActions }) {
  const { id, description, updated } = webhook;
  return (
    <header className="flex flex-col gap-1.5">
      <SwitchedHeading
        of={webhook}
        noun="webhook"
        off="It is off: posts are refused with 409."
        onSwitch={actions.onSwitch}
      >
        <Link to="/automations/new" search={{ webhook: id }} className={buttonClass()}>
          <Icon name="automations" className="size-3.5" />
          Make an automation from this
        </Link>
        <Link to="/webhooks/webhook/$id/edit" params={{ id }} className={buttonClass()}>
          <Icon name="edit" className="size-3.5" />
          Edit
        </Link>
        <Menu align="end" trigger={<IconButton icon="more" look="plain" label="More" />}>
          <MenuItem icon="retry" onSelect={() => actions.onRotate(webhook)}>
            New address…
          </MenuItem>
          <MenuItem icon="copy" onSelect={() => void copyText(id)}>
            Copy the id
          </MenuItem>
          <MenuSeparator />
          <MenuItem icon="trash" danger onSelect={() => actions.onDelete(webhook)}>
            Delete…
          </MenuItem>
        </Menu>
      </SwitchedHeading>
      {description === "" ? null : <p className="break-words text-muted">{description}</p>}
      <HeaderFacts>
        <HeaderFact name="Signature">{signedBy(webhook)}</HeaderFact>
        <HeaderFact name="Changed">
          <RelativeTime time={updated} />
        </HeaderFact>
      </HeaderFacts>
    </header>
  );
}

/** The address in full while it is known, which is until the page is loaded anew, and without its secret part after that. */
function Address({ webhook, onRotate }: { readonly webhook: Webhook; readonly onRotate: () => void }) {
  const { data: address = null } = useQuery(addressQuery(webhook.id));
  const { former_until: former } = webhook;
  const now = useNow();
  const curl = curlOf(webhook, address ?? `${apiBase}/hooks/$SECRET`);
  return (
    <Section
      title="Address"
      tools={
        <Button icon="retry" onClick={onRotate}>
          New address…
        </Button>
      }
    >
      <div className="flex min-w-0 flex-col gap-2 p-3">
        {address === null ? (
          <>
            <p className="font-mono text-xs break-all text-muted">{apiBase}/hooks/••••••••</p>
            <p className="text-muted">
              The end of the address is a secret, and the server keeps only its digest. A lost address is replaced by a
              new one.
            </p>
          </>
        ) : (
          <>
            <Copyable text={address} label="Copy the address" />
            <p role="status">Copy it now: it is shown until this page is loaded anew, and whoever knows it can post.</p>
            {curl === undefined ? null : (
              <>
                <p className="text-muted">
                  {webhook.signature === null
                    ? "Try it:"
                    : "Try it, with the key of the signature in the variable KEY:"}
                </p>
                <CodeBlock code={curl} label="Copy the command" />
              </>
            )}
          </>
        )}
        {former !== null && Date.parse(former) > now ? (
          <p className="text-muted">
            The address before is valid until <RelativeTime time={former} />.
          </p>
        ) : null}
      </div>
    </Section>
  );
}

function Received({ id }: { readonly id: string }) {
  const query = useInfiniteQuery(postsQuery(id));
  const events = query.data?.pages.flatMap((page) => page.events) ?? [];
  return (
    <section className="flex min-w-0 flex-col gap-1.5">
      <h2 className="text-sm font-semibold">Received</h2>
      {query.isError ? (
        <Failure error={query.error} what="What was received" onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <Skeleton rows={3} height={33} /> : null}
      {query.isSuccess && events.length === 0 ? (
        <p className="flex items-center gap-2 text-muted">
          <span aria-hidden="true" className="size-2 animate-pulse rounded-full bg-accent motion-reduce:animate-none" />
          Waiting for the first post: it appears here by itself.
        </p>
      ) : null}
      <EventFeed events={events} />
      {query.hasNextPage && events.length > 0 ? (
        <Button className="self-center" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show earlier posts
        </Button>
      ) : null}
    </section>
  );
}
