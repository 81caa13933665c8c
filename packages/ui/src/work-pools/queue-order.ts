import type { WorkQueueRow } from "../api/types.ts";

type Ordered = Pick<WorkQueueRow, "id" | "name" | "priority">;

/** A queue that gets another priority. */
export interface PriorityChange {
  readonly name: string;
  readonly priority: number;
}

/**
 * The changes of priorities by which the queue `id` stands at the place `to` of the order. Queues of one priority go by their
 * names, so a queue needs a greater number than the one before it, unless its name comes later.
 */
export function movedTo(queues: readonly Ordered[], id: string, to: number): readonly PriorityChange[] {
  const moved = queues.find((queue) => queue.id === id);
  if (moved === undefined) return [];
  const others = queues.filter((queue) => queue.id !== id);
  const order = [...others.slice(0, to), moved, ...others.slice(to)];
  const place = order.indexOf(moved);
  const before = order[place - 1];
  const own = before === undefined ? 1 : leastAfter(before, moved);
  return settled(order, place, own);
}

/** Gives the queue at `place` its priority, and moves up those behind it as far as they have to. */
function settled(order: readonly Ordered[], place: number, own: number): readonly PriorityChange[] {
  const changes: PriorityChange[] = [];
  let before: Ordered | undefined = order[place - 1];
  for (const [index, queue] of order.entries()) {
    if (index < place) continue;
    const wanted = index === place ? own : queue.priority;
    const priority = before === undefined ? wanted : Math.max(wanted, leastAfter(before, queue));
    if (priority !== queue.priority) changes.push({ name: queue.name, priority });
    before = { ...queue, priority };
  }
  return changes;
}

function leastAfter(before: Ordered, queue: Ordered): number {
  return comesBefore(before, { ...queue, priority: before.priority }) ? before.priority : before.priority + 1;
}

function comesBefore(one: Ordered, other: Ordered): boolean {
  return one.priority === other.priority ? one.name < other.name : one.priority < other.priority;
}
