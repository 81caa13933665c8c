import { type Client, isNotFound } from "@ostinato/client";
import { parseJson, withNearestNumbers } from "@ostinato/core";
import { type FlowRun, readFlowRunInput } from "@ostinato/protocol";

/** What a paused run asks for. */
export interface Question {
  readonly title: string | undefined;
  /** Markdown. */
  readonly description: string | undefined;
  /** JSON Schema of the answer; undefined where the run only waits to be resumed. */
  readonly schema: object | undefined;
}

/** The question of a paused run, in TypeScript or in Python. */
export async function questionOf(client: Client, run: FlowRun): Promise<Question> {
  const keys = run.state?.state_details.run_input_keyset ?? {};
  const [description, schema] = await Promise.all([
    keptValue(client, run.id, keys.description),
    keptValue(client, run.id, keys.schema),
  ]);
  const form = typeof schema === "object" && schema !== null ? schema : undefined;
  return {
    title: run.state?.message ?? titleOf(form),
    description: typeof description === "string" ? description : undefined,
    schema: form,
  };
}

async function keptValue(client: Client, id: string, key: string | undefined): Promise<unknown> {
  if (key === undefined) return undefined;
  try {
    return withNearestNumbers(parseJson(await client.call(readFlowRunInput, { params: { id, key } })));
  } catch (error) {
    if (isNotFound(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function titleOf(schema: object | undefined): string | undefined {
  const { title } = (schema ?? {}) as { readonly title?: unknown };
  return typeof title === "string" ? title : undefined;
}
