interface InLine {
  readonly limit_id: string;
  readonly waiter_id: string;
  readonly slots: number;
}

/** The slots of the limit for which others wait in line before this one. Who is not in line comes after all. */
export function slotsAhead(
  line: readonly InLine[],
  { limitId, waiterId }: { readonly limitId: string; readonly waiterId: string | undefined },
): number {
  let slots = 0;
  for (const waiter of line) {
    if (waiter.limit_id !== limitId) continue;
    if (waiter.waiter_id === waiterId) break;
    slots += waiter.slots;
  }
  return slots;
}

/** Those in front of the lines for whom there is room in all limits that they wait for, given the free slots of each. */
export function firstToFit(line: readonly InLine[], free: ReadonlyMap<string, number>): string[] {
  const left = new Map(free);
  const room = new Map<string, boolean>();
  for (const { limit_id, waiter_id, slots } of line) {
    const remaining = (left.get(limit_id) ?? 0) - slots;
    left.set(limit_id, remaining);
    room.set(waiter_id, remaining >= 0 && room.get(waiter_id) !== false);
  }
  return [...room].filter(([, fits]) => fits).map(([waiterId]) => waiterId);
}
