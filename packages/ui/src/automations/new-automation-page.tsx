import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { NamedThing, Webhook } from "../api/types.ts";
import { Failure } from "../components/failure.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { TemplateChoice } from "../components/template-choice.tsx";
import { eventQuery } from "../events/events.queries.ts";
import { webhookQuery } from "../webhooks/webhooks.queries.ts";
import { automationQuery, createFrom } from "./automations.queries.ts";
import { Builder } from "./builder.tsx";
import { type AutomationDraft, draftOf } from "./draft.ts";
import { templateNames } from "./template-names.ts";
import { draftOfEvent, draftOfTemplate, draftOfWebhook, templates } from "./templates.ts";

const route = getRouteApi("/automations/new");

/** A new automation: from a template, from an event, or as a copy of another one. */
export function NewAutomationPage() {
  const { template, event: eventId, webhook: webhookId, copy } = route.useSearch();
  const navigate = route.useNavigate();
  const event = useQuery({ ...eventQuery(eventId ?? ""), enabled: eventId !== undefined });
  const original = useQuery({ ...automationQuery(copy ?? ""), enabled: copy !== undefined });
  const webhook = useQuery({ ...webhookQuery(webhookId ?? ""), enabled: webhookId !== undefined });
  const source = eventId !== undefined ? event : webhookId !== undefined ? webhook : original;
  const { error } = source;
  const initial: AutomationDraft | undefined =
    eventId !== undefined
      ? event.data && draftOfEvent(event.data.event)
      : webhookId !== undefined
        ? webhook.data && draftOfWebhook(webhook.data)
        : copy !== undefined
          ? original.data && { ...draftOf(original.data.automation), name: `${original.data.automation.name} (copy)` }
          : draftOfTemplate(template ?? "run-fails");
  return (
    <Page title="New automation">
      {eventId === undefined && webhookId === undefined && copy === undefined ? (
        <TemplateChoice
          label="What it waits for"
          choices={templateNames.map((name) => ({ name, ...templates[name] }))}
          chosen={template ?? "run-fails"}
          onChoose={(next) => void navigate({ search: { template: next }, replace: true, resetScroll: false })}
        />
      ) : null}
      {error === null ? null : (
        <Failure
          error={error}
          what={eventId !== undefined ? "The event" : webhookId !== undefined ? "The webhook" : "The automation"}
          onRetry={() => void source.refetch()}
        />
      )}
      {initial === undefined ? (
        error === null ? (
          <Skeleton rows={8} />
        ) : null
      ) : (
        <Builder
          key={template ?? eventId ?? webhookId ?? copy}
          initial={initial}
          names={[...(original.data?.names ?? []), ...(webhook.data === undefined ? [] : [namedWebhook(webhook.data)])]}
          save="Create the automation"
          onSave={async (draft) => {
            const { id } = await createFrom(draft);
            await navigate({ to: "/automations/automation/$id", params: { id } });
          }}
          onCancel={() => void navigate({ to: "/automations" })}
        />
      )}
    </Page>
  );
}

function namedWebhook({ id, name }: Webhook): NamedThing {
  return { id, kind: "webhook", name, of: null };
}
