import type { StateCreate, StateDetails } from "@ostinato/protocol";
import { clientHeader } from "@ostinato/protocol/headers";
import type { Actor } from "../kernel/actor.ts";
import { versionOfClient } from "./clients.rules.ts";

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Who asks for something, and from where, as far as the request says so. */
export function asker(headers: Headers, { createdBy }: Actor): NonNullable<StateDetails["asked_by"]> {
  return { from: clientOf(headers), user: createdBy?.display_value ?? null };
}

function clientOf(headers: Headers): string {
  const named = headers[clientHeader];
  if (typeof named === "string" && isName.test(named)) return named;
  const prefect = versionOfClient(headers["user-agent"]);
  return prefect === undefined ? "api" : `prefect ${prefect}`;
}

const isName = /^[a-z][a-z-]{0,30}$/;

/** The state with who asked for it, where that is somebody else than the process of the run. */
export function withAsker(state: StateCreate, by: () => NonNullable<StateDetails["asked_by"]>): StateCreate {
  if (state.type !== "CANCELLING") return state;
  return { ...state, state_details: { ...state.state_details, asked_by: by() } };
}
