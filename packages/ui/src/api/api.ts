import { AuthenticationFailed, type CallInput, createClient, type OperationName } from "@ostinato/client";
import type { ReplyOf, RouteContract } from "@ostinato/protocol";
import { apiBase } from "../base-path.ts";
import { noteSignedOut } from "./signed-out.ts";

const client = createClient({ baseUrl: apiBase, retries: 1, name: "page" });

/** Calls an operation by its name, typed by its contract: `call<typeof listFlows>("POST /ui/flows/list", { body })`. */
export async function call<C extends RouteContract>(
  operation: OperationName<C>,
  input: CallInput<C>,
): Promise<ReplyOf<C>> {
  try {
    return await client.call<C>(operation, input);
  } catch (error) {
    if (error instanceof AuthenticationFailed) noteSignedOut();
    throw error;
  }
}
