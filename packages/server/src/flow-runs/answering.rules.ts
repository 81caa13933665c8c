import type { StateDetails } from "@ostinato/protocol";
import { clientHeader } from "@ostinato/protocol/headers";
import type { Actor } from "../kernel/actor.ts";
import { versionOfClient } from "./clients.rules.ts";

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Who resumes a run, and from where, as far as the request says so. */
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
