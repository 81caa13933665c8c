import type { WorkerRow } from "../api/types.ts";

/** Whether a worker is online: a filled or a hollow dot, and a word. */
export function WorkerStatusLabel({ status }: { readonly status: WorkerRow["status"] }) {
  const online = status === "ONLINE";
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap ${online ? "" : "text-muted"}`}>
      <span
        aria-hidden="true"
        className={`size-2 rounded-full ${online ? "bg-(--state-completed)" : "border border-faint"}`}
      />
      {online ? "Online" : "Offline"}
    </span>
  );
}

/** What a worker says of itself that can be read in a line: its version first. */
export function aboutWorker(metadata: WorkerRow["metadata"]): string {
  const texts = Object.entries(metadata ?? {}).flatMap(([name, value]) =>
    typeof value === "string" || typeof value === "number" ? [`${name} ${value}`] : [],
  );
  return texts.toSorted((a, b) => Number(b.includes("version")) - Number(a.includes("version"))).join(" · ");
}
