import { parseJson } from "@ostinato/core";
import type { filterFlowRunInput, ReplyOf } from "@ostinato/protocol";
import { queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { FlowRunPage, State } from "../api/types.ts";

type Input = ReplyOf<typeof filterFlowRunInput>[number];

/** What a run asked for when it paused, and what it was given. */
export interface AskedInput {
  readonly schema: unknown;
  /** What the author of the flow says of it. */
  readonly description: string | undefined;
  readonly given: { readonly value: unknown; readonly at: string; readonly sender: string | null } | undefined;
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

/** What a state asks for; undefined where it asks for nothing. */
export function askedIn(state: Pick<State, "state_details"> | null, inputs: readonly Input[]): AskedInput | undefined {
  const keys = state?.state_details.run_input_keyset;
  if (keys?.schema === undefined) return undefined;
  const under = (key: string | undefined) => inputs.find((input) => input.key === key);
  const response = under(keys.response);
  const description = parsed(under(keys.description)?.value);
  return {
    schema: parsed(under(keys.schema)?.value),
    description: typeof description === "string" && description.trim() !== "" ? description : undefined,
    given:
      response === undefined
        ? undefined
        : { value: parsed(response.value), at: response.created, sender: response.sender },
  };
}

/** What the run was given in all of its pauses, the first one first. */
export function givenTo(states: FlowRunPage["states"], inputs: readonly Input[]): readonly AskedInput[] {
  const byKey = new Map(
    states.flatMap((state) => {
      const key = state.state_details.run_input_keyset?.response;
      const asked = askedIn(state, inputs);
      return key === undefined || asked?.given === undefined ? [] : [[key, asked] as const];
    }),
  );
  return [...byKey.values()].toSorted((one, other) => (one.given?.at ?? "").localeCompare(other.given?.at ?? ""));
}

/** Values are kept as text, which Prefect's client writes as JSON within JSON. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return null;
  try {
    const value = parseJson(text);
    return typeof value === "string" && /^\s*[[{]/.test(value) ? parseJson(value) : value;
  } catch {
    return text;
  }
}
