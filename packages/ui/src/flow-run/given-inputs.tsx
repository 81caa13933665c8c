import { useQuery } from "@tanstack/react-query";
import type { FlowRunPage } from "../api/types.ts";
import { JsonView } from "../components/json-view.tsx";
import { dateAndClock, exact } from "../format.ts";
import { asksForInput, givenTo, runInputsQuery } from "./run-inputs.queries.ts";

/** What the run was given when it was resumed. */
export function GivenInputs({ page }: { readonly page: FlowRunPage }) {
  const asked = page.states.some(asksForInput);
  const inputs = useQuery({ ...runInputsQuery(page.flow_run.id), enabled: asked });
  const given = givenTo(page.states, inputs.data ?? []);
  if (given.length === 0) return null;
  return (
    <section aria-label="Given when it was resumed" className="flex max-w-4xl flex-col gap-2">
      <h3 className="font-semibold">Given when it was resumed</h3>
      {given.map(({ value, at, sender }) => (
        <div key={at} className="flex flex-col gap-1">
          <p className="text-xs text-muted">
            <time dateTime={at} title={exact(at)}>
              {dateAndClock(at)}
            </time>
            {sender === null ? "" : ` by ${sender}`}
          </p>
          <JsonView value={value} label="Copy what was given" />
        </div>
      ))}
    </section>
  );
}
