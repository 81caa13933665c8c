import { count } from "../format.ts";

/** So many slots are drawn one by one. */
const maxBoxes = 24;

/** How many slots of a limit are taken. Without a limit it is the number alone. */
export function SlotMeter(props: {
  readonly label: string;
  readonly taken: number;
  readonly limit: number | null;
  readonly className?: string;
}) {
  const { label, taken, limit, className = "" } = props;
  if (limit === null) {
    return (
      <span className={`figures inline-flex items-center gap-1.5 ${className}`} title={`${label}: no limit`}>
        {count(taken)} <span className="text-xs text-faint">no limit</span>
      </span>
    );
  }
  const isFull = taken >= limit;
  const text = `${count(taken)} of ${count(limit)}`;
  return (
    <span className={`inline-flex min-w-0 items-center gap-2 ${className}`} title={`${label}: ${text} taken`}>
      <meter className="sr-only" aria-label={label} min={0} max={Math.max(limit, 1)} value={Math.min(taken, limit)}>
        {text}
      </meter>
      <span aria-hidden="true" className="flex h-2.5 w-20 min-w-8 shrink gap-px overflow-hidden rounded-sm">
        {limit > 0 && limit <= maxBoxes ? (
          Array.from({ length: limit }, (_, slot) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: slots have no identity
              key={slot}
              className={`flex-1 ${slot < taken ? colorOf(isFull) : "bg-pressed"}`}
            />
          ))
        ) : (
          <span className="flex flex-1 bg-pressed">
            <span
              className={colorOf(isFull)}
              style={{ width: `${limit === 0 ? 0 : Math.min(1, taken / limit) * 100}%` }}
            />
          </span>
        )}
      </span>
      <span className={`figures shrink-0 whitespace-nowrap ${isFull ? "font-medium" : ""}`}>
        {count(taken)} / {count(limit)}
      </span>
    </span>
  );
}

function colorOf(isFull: boolean): string {
  return isFull ? "bg-(--state-late)" : "bg-(--state-running)";
}
