import { formatTimestamp, systemClock } from "@ostinato/core";
import type { previewWebhook, ReplyOf } from "@ostinato/protocol";
import type { MadeEvent } from "../api/types.ts";
import { TextArea } from "../automations/fields.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Sentence } from "../events/event-row.tsx";
import type { Sample } from "./presets.ts";

/** A sample of a post, and the event that the template makes of it. */
export function PreviewPane(props: {
  readonly sample: Sample;
  readonly onSample: (sample: Sample) => void;
  /** Undefined where the template can't be read. */
  readonly preview: ReplyOf<typeof previewWebhook> | undefined;
  readonly isTrying: boolean;
}) {
  const { sample, onSample, preview, isTrying } = props;
  return (
    <div className="flex min-w-0 flex-col gap-3 p-3">
      <TextArea
        label="A body as it is posted"
        mono
        rows={Math.min(14, sample.text.split("\n").length + 1)}
        value={sample.text}
        onChange={(text) => onSample({ ...sample, text })}
      />
      <TextArea
        label="Headers, one in a line"
        mono
        rows={Math.min(8, sample.headers.split("\n").length + 1)}
        value={sample.headers}
        onChange={(headers) => onSample({ ...sample, headers })}
      />
      <div
        aria-live="polite"
        aria-busy={isTrying}
        className={`flex min-w-0 flex-col gap-2 ${isTrying ? "opacity-60" : ""}`}
      >
        {preview === undefined ? (
          <p className="text-muted">It makes no event while the template can't be read.</p>
        ) : preview.problem !== null ? (
          <p className="break-words text-danger">It makes no event: {preview.problem}.</p>
        ) : (
          preview.events.map((event, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: events that are not kept have no ids
            <Made key={index} event={event} />
          ))
        )}
      </div>
    </div>
  );
}

function Made({ event }: { readonly event: MadeEvent }) {
  const now = formatTimestamp(systemClock().now());
  return (
    <>
      <p className="break-words">
        <span className="text-muted">It makes the event: </span>
        <Sentence event={{ ...event, id: "", occurred: event.occurred ?? now, received: now, follows: null }} />
      </p>
      <JsonView value={event} label="Copy the event" />
    </>
  );
}
