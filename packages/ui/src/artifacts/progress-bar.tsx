import { percent } from "../format.ts";

export function ProgressBar({ share, label }: { readonly share: number; readonly label: string }) {
  return (
    <div className="flex min-w-0 items-center gap-3">
      <div
        role="progressbar"
        aria-label={`Progress of ${label}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        className="h-2 w-full max-w-md overflow-hidden rounded-full bg-pressed"
      >
        <div className="h-full rounded-full bg-accent transition-[width]" style={{ width: `${share * 100}%` }} />
      </div>
      <span className="font-medium whitespace-nowrap">{percent(share)}</span>
    </div>
  );
}
