import type { Client } from "@ostinato/client";
import { deserialize } from "@ostinato/core";
import type { listFlowRunResults, readResult, StoredResult } from "@ostinato/protocol";
import type { ResultStore } from "./result-store.ts";

/** A value that was kept, and the name of the record that keeps it. */
export interface Found {
  readonly id: string;
  readonly value: unknown;
  /** The flow run whose own result it is; undefined for a task run's. */
  readonly flowRunId: string | undefined;
}

/** What is held in memory of earlier attempts, before results are read one by one when they are needed. */
const heldCharacters = 128 * 1024 * 1024;

/** Results that earlier attempts of a flow run left: each is given out once, to the call that has the same identity. */
export class KeptResults {
  readonly #client: Client;
  readonly #store: ResultStore;
  readonly #byIdentity = new Map<string, StoredResult>();

  private constructor(client: Client, store: ResultStore) {
    this.#client = client;
    this.#store = store;
  }

  static async read(client: Client, store: ResultStore, flowRunId: string): Promise<KeptResults> {
    const kept = new KeptResults(client, store);
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
          kept.#byIdentity.set(result.identity, held < heldCharacters ? result : lean(result));
      }
      after = page.next;
    } while (after !== null);
    return kept;
  }

  get size(): number {
    return this.#byIdentity.size;
  }

  /** The value kept under the identity, or undefined where there is none or it cannot be had any more. */
  async take(identity: string): Promise<Found | undefined> {
    const result = this.#byIdentity.get(identity);
    if (result === undefined) return undefined;
    this.#byIdentity.delete(identity);
    return revive(result.data === "" ? await this.#whole(result) : result, this.#store);
  }

  #whole(result: StoredResult): Promise<StoredResult> {
    return this.#client.call<typeof readResult>("GET /results/{id}", { params: { id: result.id } });
  }
}

/** The value of a kept result; undefined where its data is gone. */
export async function revive(result: StoredResult, store: ResultStore): Promise<Found | undefined> {
  const text = result.data ?? (result.location === null ? undefined : await store.read(result.location));
  if (result.format !== "devalue" || text === undefined) return undefined;
  const value = read(text);
  if (value === undefined) return undefined;
  const flowRunId = result.task_run_id === null ? (result.flow_run_id ?? undefined) : undefined;
  return { id: result.id, value: value.read, flowRunId };
}

/** What cannot be read any more is as good as gone: the task runs again. */
function read(text: string): { readonly read: unknown } | undefined {
  try {
    return { read: deserialize(text) };
  } catch {
    return undefined;
  }
}

/** Without its data: no kept text is empty, so the empty one marks what must be read again. */
function lean(result: StoredResult): StoredResult {
  return result.data === null ? result : { ...result, data: "" };
}
