import type { PlaceStatus } from "../api/types.ts";
import { Icon, type IconName } from "../components/icon.tsx";

const looks: Readonly<
  Record<PlaceStatus, { readonly label: string; readonly icon: IconName; readonly color: string }>
> = {
  READY: { label: "Ready", icon: "check", color: "text-(--state-completed)" },
  NOT_READY: { label: "Not ready", icon: "warning", color: "text-(--state-late)" },
  PAUSED: { label: "Paused", icon: "pause", color: "text-(--state-paused)" },
};

/** The status of a work pool or a work queue: a shape, a colour and a word. */
export function PlaceStatusLabel({
  status,
  className = "",
}: {
  readonly status: PlaceStatus;
  readonly className?: string;
}) {
  const { label, icon, color } = looks[status];
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap ${className}`}>
      <Icon name={icon} className={`size-3.5 ${color}`} />
      {label}
    </span>
  );
}
