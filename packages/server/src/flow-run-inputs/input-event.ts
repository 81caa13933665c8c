import { type Timestamp, timeOrderedId } from "@ostinato/core";
import { flowRunInputEvent } from "@ostinato/protocol";

interface KeptInput {
  readonly key: string;
  /** The resource that sent it. */
  readonly sender?: string | null | undefined;
  readonly occurred: Timestamp;
}

/** The event that tells a flow run of a message. What the message says stays among the inputs. */
export function inputEvent({ id, name }: { readonly id: string; readonly name: string }, input: KeptInput) {
  const { key, sender, occurred } = input;
  const related = sender === null || sender === undefined || sender === "" ? [] : [senderResource(sender)];
  return {
    id: timeOrderedId(occurred),
    occurred,
    event: flowRunInputEvent,
    resource: { "prefect.resource.id": `prefect.flow-run.${id}`, "prefect.resource.name": name },
    related,
    payload: { key },
    follows: null,
  };
}

function senderResource(sender: string) {
  return { "prefect.resource.id": sender, "prefect.resource.role": "sender" };
}
