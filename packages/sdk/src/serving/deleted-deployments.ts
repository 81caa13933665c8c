import type { Client } from "@ostinato/client";
import type { filterDeployments } from "@ostinato/protocol";
import type { Api, Lifetime } from "../session/roles.ts";

export interface DeletionWatch {
  /** The deployments that are served. */
  readonly ids: () => readonly string[];
  /** Called with those that the server does not have any more. */
  readonly onGone: (ids: readonly string[]) => void;
}

const everySeconds = 30;
const maxIdsAsked = 200;

/** Looks at intervals whether deployments were deleted, until the returned function is called. */
export function watchForDeleted(
  { client, clock }: Pick<Api, "client"> & Pick<Lifetime, "clock">,
  { ids, onGone }: DeletionWatch,
): () => void {
  let closed = false;
  let stop = wait();

  function wait(): () => void {
    return clock.after(everySeconds, () => void look());
  }

  async function look(): Promise<void> {
    try {
      const gone = await deletedOf(client, ids());
      if (!closed && gone.length > 0) onGone(gone);
    } catch {
      // The session says when the server is away; the next look comes in any case.
    }
    if (!closed) stop = wait();
  }

  return () => {
    closed = true;
    stop();
  };
}

async function deletedOf(client: Client, ids: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (let start = 0; start < ids.length; start += maxIdsAsked) {
    const any_ = ids.slice(start, start + maxIdsAsked);
    const rows = await client.call<typeof filterDeployments>("POST /deployments/filter", {
      body: { deployments: { id: { any_ } }, limit: maxIdsAsked },
      retries: 0,
    });
    for (const { id } of rows) found.add(id);
  }
  return ids.filter((id) => !found.has(id));
}
