import { compareTimestamps, parseJson } from "@ostinato/core";
import type { filterFlowRunInput, ReplyOf } from "@ostinato/protocol";
import { queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { FlowRunPage, State } from "../api/types.ts";

type Input = ReplyOf<typeof filterFlowRunInput>[number];

/** What a run was given in one of its pauses. */
interface GivenInput {
  readonly value: unknown;
  readonly at: string;
  readonly sender: string | null;
}

/** All values that are kept for the run, by one question: one for each key would be an error where a key is not used. */
export function runInputsQuery(id: string) {
  return queryOptions({
    queryKey: ["flow-run", id, "inputs"],
    queryFn: ({ signal }) =>
      call<typeof filterFlowRunInput>("POST /flow_runs/{id}/input/filter", {
        params: { id },
        body: { prefix: "", limit: 200 },
        signal,
      }),
  });
}

export function asksForInput(state: Pick<State, "state_details"> | null): boolean {
  return state?.state_details.run_input_keyset?.schema !== undefined;
}

/** What the run was given in all of its pauses, the first one first. */
export function givenTo(states: FlowRunPage["states"], inputs: readonly Input[]): readonly GivenInput[] {
  const keys = new Set(states.map((state) => state.state_details.run_input_keyset?.response));
  return inputs
    .filter(({ key }) => keys.has(key))
    .map(({ value, created, sender }) => ({ value: parsed(value), at: created, sender }))
    .toSorted((one, other) => compareTimestamps(one.at, other.at));
}

/** Values are kept as text, which Prefect's client writes as JSON within JSON. */
function parsed(text: string): unknown {
  try {
    const value = parseJson(text);
    return typeof value === "string" && /^\s*[[{]/.test(value) ? parseJson(value) : value;
  } catch {
    return text;
  }
}
