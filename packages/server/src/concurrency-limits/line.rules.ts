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
