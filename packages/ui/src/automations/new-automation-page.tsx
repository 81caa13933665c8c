import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Failure } from "../components/failure.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { eventQuery } from "../events/events.queries.ts";
import { automationQuery, createFrom } from "./automations.queries.ts";
import { Builder } from "./builder.tsx";
import { type AutomationDraft, draftOf } from "./draft.ts";
import { type TemplateName, templateNames } from "./template-names.ts";
import { draftOfEvent, draftOfTemplate, templates } from "./templates.ts";

const route = getRouteApi("/automations/new");

/** A new automation: from a template, from an event, or as a copy of another one. */
export function NewAutomationPage() {
  const { template, event: eventId, copy } = route.useSearch();
  const navigate = route.useNavigate();
  const event = useQuery({ ...eventQuery(eventId ?? ""), enabled: eventId !== undefined });
  const original = useQuery({ ...automationQuery(copy ?? ""), enabled: copy !== undefined });
  const error = event.error ?? original.error;
  const initial: AutomationDraft | undefined =
    eventId !== undefined
      ? event.data && draftOfEvent(event.data.event)
      : copy !== undefined
        ? original.data && { ...draftOf(original.data.automation), name: `${original.data.automation.name} (copy)` }
        : draftOfTemplate(template ?? "run-fails");
  return (
    <Page title="New automation">
      {eventId === undefined && copy === undefined ? (
        <Templates
          chosen={template ?? "run-fails"}
          onChoose={(next) => void navigate({ search: { template: next }, replace: true, resetScroll: false })}
        />
      ) : null}
      {error === null ? null : (
        <Failure
          error={error}
          what={eventId === undefined ? "The automation" : "The event"}
          onRetry={() => void (eventId === undefined ? original.refetch() : event.refetch())}
        />
      )}
      {initial === undefined ? (
        error === null ? (
          <Skeleton rows={8} />
        ) : null
      ) : (
        <Builder
          key={template ?? eventId ?? copy}
          initial={initial}
          names={original.data?.names ?? []}
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

function Templates({
  chosen,
  onChoose,
}: {
  readonly chosen: TemplateName;
  readonly onChoose: (name: TemplateName) => void;
}) {
  return (
    <div role="radiogroup" aria-label="What it waits for" className="grid grid-cols-2 gap-1.5 lg:grid-cols-4">
      {templateNames.map((name) => (
        <label
          key={name}
          className={`flex cursor-pointer flex-col rounded-md border px-2.5 py-1.5 has-focus-visible:outline-2 has-focus-visible:outline-accent ${
            name === chosen ? "border-accent bg-accent-soft" : "bg-surface hover:bg-hover"
          }`}
        >
          <input
            type="radio"
            name="template"
            className="sr-only"
            checked={name === chosen}
            onChange={() => onChoose(name)}
            aria-label={templates[name].label}
          />
          <span className="font-medium">{templates[name].label}</span>
          <span className="text-xs text-muted">{templates[name].about}</span>
        </label>
      ))}
    </div>
  );
}
