/** The priority of a work queue among those of its pool: 1 goes first. */
export interface Ranked {
  readonly id: string;
  readonly priority: number;
}

/** The first priority that no queue has. */
export function freePriority(taken: readonly number[]): number {
  const known = new Set(taken);
  let free = 1;
  while (known.has(free)) free += 1;
  return free;
}

/**
 * The queues that give way when another one takes this priority, with their new ones. Each moves down by as little as it has to, so that
 * a gap ends it, as in Prefect.
 */
export function givingWay(others: readonly Ranked[], wanted: number): readonly Ranked[] {
  const behind = others
    .filter(({ priority }) => priority >= wanted)
    .toSorted((one, other) => one.priority - other.priority);
  const moved: Ranked[] = [];
  let last = wanted;
  for (const { id, priority } of behind) {
    if (priority > last) break;
    last += 1;
    moved.push({ id, priority: last });
  }
  return moved;
}
