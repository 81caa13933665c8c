import { isNotFound } from "@ostinato/client";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { AutomationWithNames } from "../api/types.ts";
import { Button, buttonClass, IconButton } from "../components/button.tsx";
import { copyText } from "../components/copy.tsx";
import { Failure } from "../components/failure.tsx";
import { HeaderFact, HeaderFacts } from "../components/header-facts.tsx";
import { Icon } from "../components/icon.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Menu, MenuItem, MenuSeparator } from "../components/menu.tsx";
import { SwitchedHeading } from "../components/on-switch.tsx";
import { Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Tags } from "../components/tag.tsx";
import { RelativeTime } from "../components/time.tsx";
import { ResourceLink } from "../events/resource-link.tsx";
import { actionWords, automationSentence, type Names, namesById } from "./automation-words.ts";
import { automationQuery, firingsQuery } from "./automations.queries.ts";
import { draftOf } from "./draft.ts";
import { Firings } from "./firings.tsx";
import { useLiveAutomation } from "./live-automations.ts";
import type { ActionInput } from "./trigger-form.ts";
import { type AutomationActions, useAutomationActions } from "./use-automation-actions.tsx";

const route = getRouteApi("/automations/automation/$id");

/** What an automation does, and each of its firings with the events that caused it and what came of its actions. */
export function AutomationPage() {
  const { id } = route.useParams();
  const navigate = route.useNavigate();
  const query = useQuery(automationQuery(id));
  const firings = useInfiniteQuery(firingsQuery(id));
  useLiveAutomation(id);
  const { actions, dialog, problem } = useAutomationActions(() => navigate({ to: "/automations" }));
  const page = query.data;
  if (page === undefined || isNotFound(query.error)) {
    return (
      <Page title="Automation">
        {query.isError ? (
          <Failure error={query.error} what="The automation" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={10} />
        )}
      </Page>
    );
  }
  const names = namesById(page.names);
  return (
    <Page title={page.automation.name} ownHeading>
      <Header page={page} names={names} actions={actions} />
      {problem}
      <Section title="Firings">
        {firings.isError ? (
          <div className="p-3">
            <Failure error={firings.error} what="The firings" onRetry={() => void firings.refetch()} />
          </div>
        ) : null}
        {firings.isPending ? <Skeleton rows={3} /> : null}
        {firings.data === undefined ? null : (
          <Firings
            firings={firings.data.pages.flatMap((each) => each.firings)}
            total={firings.data.pages[0]?.count ?? 0}
            automation={page.automation}
            names={names}
            more={
              firings.hasNextPage ? (
                <Button disabled={firings.isFetchingNextPage} onClick={() => void firings.fetchNextPage()}>
                  Show earlier firings
                </Button>
              ) : null
            }
          />
        )}
      </Section>
      <Section title="As JSON">
        <div className="p-3">
          <JsonView value={draftOf(page.automation)} label="Copy the automation as JSON" />
        </div>
      </Section>
      {dialog}
    </Page>
  );
}

function Header(props: {
  readonly page: AutomationWithNames;
  readonly names: Names;
  readonly actions: AutomationActions;
}) {
  const { page, names, actions } = props;
  const { automation, owner } = page;
  const { id, description, tags, actions_on_trigger, actions_on_resolve } = automation;
  const navigate = route.useNavigate();
  const further = [
    ["Each time that it has fired", actions_on_trigger],
    ["When what it measures is in order again", actions_on_resolve],
  ] as const;
  return (
    <header className="flex flex-col gap-1.5">
      <SwitchedHeading
        of={automation}
        noun="automation"
        off="It is off, and counts no events."
        onSwitch={actions.onSwitch}
      >
        <Link to="/automations/automation/$id/edit" params={{ id }} className={buttonClass()}>
          <Icon name="edit" className="size-3.5" />
          Edit
        </Link>
        <Button icon="play" onClick={() => actions.onRun(automation)}>
          Run the actions now…
        </Button>
        <Menu align="end" trigger={<IconButton icon="more" look="plain" label="More" />}>
          <MenuItem icon="plus" onSelect={() => void navigate({ to: "/automations/new", search: { copy: id } })}>
            Duplicate
          </MenuItem>
          <MenuItem icon="copy" onSelect={() => void copyText(id)}>
            Copy the id
          </MenuItem>
          <MenuSeparator />
          <MenuItem icon="trash" danger onSelect={() => actions.onDelete(automation)}>
            Delete…
          </MenuItem>
        </Menu>
      </SwitchedHeading>
      <p className="text-base break-words">{automationSentence(automation, names)}</p>
      {further.map(([when, list]) =>
        list.length === 0 ? null : (
          <p key={when} className="break-words">
            {when}: {list.map((action) => actionWords(action as ActionInput, names)).join(", ")}.
          </p>
        ),
      )}
      {description === "" ? null : <p className="break-words text-muted">{description}</p>}
      <HeaderFacts>
        <HeaderFact name="Changed">
          <RelativeTime time={automation.updated} />
        </HeaderFact>
        {owner === null ? null : (
          <HeaderFact name="Made with">
            <ResourceLink resource={{ "prefect.resource.id": owner, ...nameIn(owner, names) }} />
          </HeaderFact>
        )}
        {tags.length === 0 ? null : (
          <HeaderFact name="Tags">
            <Tags tags={tags} most={10} wrap />
          </HeaderFact>
        )}
      </HeaderFacts>
    </header>
  );
}

function nameIn(resource: string, names: Names): Record<string, string> {
  const found = names.get(resource.slice(resource.lastIndexOf(".") + 1));
  return found === undefined ? {} : { "prefect.resource.name": found.name };
}
