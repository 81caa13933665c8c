/** A flow run is sent for its task counts alone at most so often. */
export const progressSeconds = 0.5;

/** Flow runs whose task counts have moved. */
export interface Progress {
  add(ids: readonly string[]): void;
  /** Ids that were not taken within the last half second; the others stay until then. `now` is in seconds. */
  take(now: number): readonly string[];
  readonly waiting: boolean;
  clear(): void;
}

export function createProgress(): Progress {
  const moved = new Set<string>();
  const taken = new Map<string, number>();
  return {
    add(ids) {
      for (const id of ids) moved.add(id);
    },
    take(now) {
      const before = now - progressSeconds;
      for (const [id, at] of taken) if (at <= before) taken.delete(id);
      const due = [...moved].filter((id) => !taken.has(id));
      for (const id of due) {
        moved.delete(id);
        taken.set(id, now);
      }
      return due;
    },
    get waiting() {
      return moved.size > 0;
    },
    clear() {
      moved.clear();
      taken.clear();
    },
  };
}
