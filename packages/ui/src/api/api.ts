import { type CallInput, createClient } from "@ostinato/client";
import type { ReplyOf, RouteContract } from "@ostinato/protocol";
import { apiBase } from "../base-path.ts";

const client = createClient({ baseUrl: apiBase, retries: 1 });

/**
 * Calls an operation by its name, typed by its contract: `call<typeof listFlows>("POST /ui/flows/list", { body })`. The
 * contract itself stays out of the page: its schemas are of no use here and would double what is loaded first.
 */
export function call<C extends RouteContract>(
  operation: `${C["method"]} ${C["path"]}`,
  input: CallInput<C>,
): Promise<ReplyOf<C>> {
  const space = operation.indexOf(" ");
  const method = operation.slice(0, space);
  const contract = { method, path: operation.slice(space + 1), ...("body" in input ? { body: {} } : {}) };
  return client.call(contract as unknown as C, input);
}
