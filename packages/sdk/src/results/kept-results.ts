import type { Client } from "@ostinato/client";
import { deserialize } from "@ostinato/core";
import type { listFlowRunResults, readResult, StoredResult } from "@ostinato/protocol";
import { readFromStore } from "./result-stores.ts";

/** A stored value, and the id of its record. */
export interface Found {
  readonly id: string;
  readonly value: unknown;
  /** The flow run that returned the result; undefined for a result of a task run. */
  readonly flowRunId: string | undefined;
}

/** Bounds the data of earlier attempts in memory. Results beyond it are read one by one, when they are needed. */
const maxCachedCharacters = 128 * 1024 * 1024;

/** The results of earlier attempts of a flow run. Each is given out once, to the call with the same identity. */
export class KeptResults {
  readonly #client: Client;
  readonly #byIdentity = new Map<string, StoredResult>();

  private constructor(client: Client) {
    this.#client = client;
  }

  static async read(client: Client, flowRunId: string): Promise<KeptResults> {
    const kept = new KeptResults(client);
    let held = 0;
    let after: string | null = null;
    do {
      const page: { results: StoredResult[]; next: string | null } = await client.call<typeof listFlowRunResults>(
        "POST /flow_runs/{id}/results",
        {
          params: { id: flowRunId },
          body: { after },
        },
      );
      for (const result of page.results) {
        held += result.data?.length ?? 0;
        if (result.identity !== null)
          kept.#byIdentity.set(result.identity, held < maxCachedCharacters ? result : lean(result));
      }
      after = page.next;
    } while (after !== null);
    return kept;
  }

  get size(): number {
    return this.#byIdentity.size;
  }

  /** The value stored under the identity; undefined where there is none or its data is gone. */
  async take(identity: string): Promise<Found | undefined> {
    const result = this.#byIdentity.get(identity);
    if (result === undefined) return undefined;
    this.#byIdentity.delete(identity);
    return revive(result.data === "" ? await this.#whole(result) : result);
  }

  #whole(result: StoredResult): Promise<StoredResult> {
    return this.#client.call<typeof readResult>("GET /results/{id}", { params: { id: result.id } });
  }
}

/** The value of a stored result; undefined where its data is gone. */
export async function revive(result: StoredResult): Promise<Found | undefined> {
  const text = result.data ?? (result.location === null ? undefined : await readFromStore(result.location));
  if (result.format !== "devalue" || text === undefined) return undefined;
  const value = read(text);
  if (value === undefined) return undefined;
  const flowRunId = result.task_run_id === null ? (result.flow_run_id ?? undefined) : undefined;
  return { id: result.id, value: value.read, flowRunId };
}

/** Undefined for a text that can no longer be read: the task then runs again. */
function read(text: string): { readonly read: unknown } | undefined {
  try {
    return { read: deserialize(text) };
  } catch {
    return undefined;
  }
}

/** The result without its data. Stored texts are never empty, so an empty one marks data that must be read again. */
function lean(result: StoredResult): StoredResult {
  return result.data === null ? result : { ...result, data: "" };
}
