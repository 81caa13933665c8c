import { type ReactNode, useState } from "react";
import type { Event } from "../api/types.ts";
import { IconButton } from "../components/button.tsx";
import { CopyButton } from "../components/copy.tsx";
import { JsonView } from "../components/json-view.tsx";
import { idOf, ResourceLink } from "./resource-link.tsx";

/** What is known of an event: its name, whom it is about, who has to do with it, and what it carries. */
export function EventDetails({
  event,
  onResource,
  consequences = null,
  children,
}: {
  readonly event: Event;
  /** Where events can be narrowed to those of a resource. */
  readonly onResource?: (id: string) => void;
  /** What came of it. */
  readonly consequences?: ReactNode;
  readonly children?: ReactNode;
}) {
  const [whole, setWhole] = useState(false);
  const hasPayload = Object.keys(event.payload).length > 0;
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <p className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
        <span className="min-w-0 font-mono text-xs break-all text-muted">{event.event}</span>
        <CopyButton text={event.event} label="Copy the type" className="-my-1" />
        <span className="ml-auto flex flex-wrap items-center gap-1.5">{children}</span>
      </p>
      <dl className="grid grid-cols-[84px_minmax(0,1fr)] gap-x-3 gap-y-0.5">
        <dt className="leading-7 text-faint">About</dt>
        <dd className="min-w-0">
          <Resource resource={event.resource} onResource={onResource} />
        </dd>
        {event.related.length === 0 ? null : (
          <>
            <dt className="leading-7 text-faint">Related</dt>
            <dd className="flex max-h-56 min-w-0 flex-col overflow-y-auto">
              {event.related.map((resource, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the resources of an event never change
                <Resource key={index} resource={resource} onResource={onResource} />
              ))}
            </dd>
          </>
        )}
      </dl>
      {consequences}
      {hasPayload ? <JsonView value={event.payload} label="Copy the payload" /> : null}
      <button
        type="button"
        aria-expanded={whole}
        onClick={() => setWhole(!whole)}
        className="w-fit rounded-sm py-1 text-xs text-muted hover:text-text"
      >
        {whole ? "Hide the whole event" : "Show the whole event as JSON"}
      </button>
      {whole ? <JsonView value={event} label="Copy the event" /> : null}
    </div>
  );
}

function Resource({
  resource,
  onResource,
}: {
  readonly resource: Event["resource"];
  readonly onResource: ((id: string) => void) | undefined;
}) {
  const id = idOf(resource);
  return (
    <span className="flex min-h-7 min-w-0 items-center gap-1" title={id}>
      <ResourceLink resource={resource} />
      {onResource === undefined || id === "" ? null : (
        <IconButton icon="filter" label={`Only events of ${id}`} onClick={() => onResource(id)} />
      )}
      <CopyButton text={id} label={`Copy ${id}`} />
    </span>
  );
}
