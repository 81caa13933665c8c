import { ApiError, isNotFound } from "@ostinato/client";
import { jsonText, withBigInts } from "@ostinato/core";
import type { createFlowRunInput, readFlowRunInput } from "@ostinato/protocol";
import { redactInside } from "../secrets/redaction.ts";
import type { Session } from "../session/session.ts";

/** Where a flow run keeps its inputs: values of JSON, each under a key. */
export interface InputPlace {
  readonly session: Session;
  /** The id of the flow run. */
  readonly id: string;
}

export interface NewInput {
  readonly key: string;
  readonly value: unknown;
  /** The resource that sends it. */
  readonly sender?: string | undefined;
}

export async function keepInput(place: InputPlace, { key, value, sender }: NewInput): Promise<void> {
  const { session, id } = place;
  const text = jsonText(redactInside(value)) ?? "null";
  try {
    await session.client.call<typeof createFlowRunInput>("POST /flow_runs/{id}/input", {
      params: { id },
      body: { key, value: text, sender: sender ?? null },
    });
  } catch (error) {
    // The answer to an earlier try may have been lost: then it is there already.
    const isTaken = error instanceof ApiError && error.status === 409;
    if (!isTaken || jsonText(await readInput(place, key)) !== text) throw error;
  }
}

/** The value under the key; undefined where there is none. */
export async function readInput({ session, id }: InputPlace, key: string): Promise<unknown> {
  try {
    // The client reads the text as JSON, which it is.
    const value = await session.client.call<typeof readFlowRunInput>("GET /flow_runs/{id}/input/{key}", {
      params: { id, key },
    });
    return withBigInts(value);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
