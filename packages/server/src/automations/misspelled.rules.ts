import { nearest } from "@ostinato/core";
import { ActionInput, TriggerInput } from "@ostinato/protocol";

type Place = readonly (string | number)[];
type Fields = Readonly<Record<string, object>>;
type Shapes = readonly { readonly properties: Fields & { readonly type: { readonly const: string } } }[];

const fieldsByType = new Map(
  [...(TriggerInput.anyOf as unknown as Shapes), ...(ActionInput.anyOf as unknown as Shapes)].map(({ properties }) => [
    properties.type.const,
    Object.keys(properties),
  ]),
);

/**
 * Reports fields that are almost one of the trigger or the action. Other unknown fields are ignored, as in Prefect, since newer clients may
 * send them; but without its `expect`, a trigger that says `expects` would fire for every event.
 */
export function reportMisspelled(
  given: { readonly type: string },
  place: Place,
  report: (place: Place, reason: string, input?: unknown) => void,
): void {
  const fields = fieldsByType.get(given.type) ?? [];
  const absent = fields.filter((name) => !(name in given));
  for (const [name, value] of Object.entries(given)) {
    if (fields.includes(name)) continue;
    const [meant] = nearest(name, absent, 1);
    if (meant !== undefined) report([...place, name], `there is no such field. Did you mean "${meant}"?`, value);
  }
}
