import type { PlaceHolder } from "../api/types.ts";
import { SlotMeter } from "../components/slot-meter.tsx";
import { SlotRuns } from "./slot-runs.tsx";

/** How many slots of a pool or a queue are taken, and the runs that hold them. */
export function PlaceSlots(props: {
  readonly taken: number;
  readonly limit: number | null;
  readonly holders: readonly PlaceHolder[];
}) {
  const { taken, limit, holders } = props;
  if (limit === null && taken === 0) return null;
  return (
    <section
      aria-label="Slots"
      className="flex min-w-0 flex-wrap items-center gap-x-5 gap-y-1.5 rounded-lg border bg-surface px-3 py-2"
    >
      <h2 className="text-sm font-semibold">Slots</h2>
      <SlotMeter label="Slots" taken={taken} limit={limit} />
      {holders.length === 0 ? <p className="text-muted">No run holds one.</p> : <SlotRuns runs={holders} />}
    </section>
  );
}
