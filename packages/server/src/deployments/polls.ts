import type { Clock } from "@ostinato/core";

/** How often it is written down that a deployment is polled: a hundred pollers must not cost a hundred writes. */
const secondsBetweenNotes = 5;

/** Bounds what is remembered of deployments that nobody polls any more. */
const maxDeployments = 100_000;

/** Who polled which deployment when, as this server heard it. */
export interface Polls {
  /** Those of the deployments whose poll is to be written down now. */
  worthNoting(deploymentIds: readonly string[]): readonly string[];
  /** The poll could not be written down. */
  forget(deploymentIds: readonly string[]): void;
}

export function createPolls(clock: Clock): Polls {
  const noted = new Map<string, number>();
  return {
    worthNoting(deploymentIds) {
      const now = clock.elapsed();
      const ids = deploymentIds.filter(
        (id) => (noted.get(id) ?? Number.NEGATIVE_INFINITY) <= now - secondsBetweenNotes,
      );
      if (noted.size + ids.length > maxDeployments) noted.clear();
      for (const id of ids) noted.set(id, now);
      return ids;
    },
    forget(deploymentIds) {
      for (const id of deploymentIds) noted.delete(id);
    },
  };
}
