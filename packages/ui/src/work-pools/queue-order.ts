interface Ordered {
  readonly id: string;
  readonly priority: number;
}

export interface Moved<Queue> {
  /** The priority that the moved queue is given. */
  readonly priority: number;
  /** All queues in their new order, with the priorities that the server gives them then. */
  readonly queues: readonly Queue[];
}

/**
 * Moves the queue `id` to the place `to`: it takes the priority of the queue that is to come after it, and the server has the others
 * give way. Undefined where nothing moves.
 */
export function movedTo<Queue extends Ordered>(
  queues: readonly Queue[],
  id: string,
  to: number,
): Moved<Queue> | undefined {
  const from = queues.findIndex((queue) => queue.id === id);
  const moved = queues[from];
  if (moved === undefined || to === from || to < 0 || to >= queues.length) return undefined;
  const others = queues.filter((queue) => queue.id !== id);
  const after = others.slice(to);
  const priority = after[0]?.priority ?? (others.at(-1)?.priority ?? 0) + 1;
  return { priority, queues: [...others.slice(0, to), { ...moved, priority }, ...givingWay(after, priority)] };
}

/** Each moves down by as little as it has to. */
function givingWay<Queue extends Ordered>(queues: readonly Queue[], priority: number): readonly Queue[] {
  let last = priority;
  return queues.map((queue) => {
    last = Math.max(queue.priority, last + 1);
    return { ...queue, priority: last };
  });
}
