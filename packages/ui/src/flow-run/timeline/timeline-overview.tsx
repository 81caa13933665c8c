import { type PointerEvent, useRef } from "react";
import type { TimelineCamera } from "./timeline-camera.ts";
import type { Span } from "./timeline-draw.ts";

/** Where the displayed part of the time lies in the whole; dragging moves it. The keys < and > do it too. */
export function TimelineOverview({ camera, view }: { readonly camera: TimelineCamera; readonly view: Span }) {
  const strip = useRef<HTMLDivElement>(null);
  const whole = camera.whole();
  const length = whole.to - whole.from;
  const share = (time: number) => `${Math.min(100, Math.max(0, ((time - whole.from) / length) * 100))}%`;
  const moveTo = (event: PointerEvent) => {
    const bounds = strip.current?.getBoundingClientRect();
    if (bounds === undefined || event.buttons !== 1) return;
    const middle = whole.from + ((event.clientX - bounds.left) / bounds.width) * length;
    const half = (view.to - view.from) / 2;
    const from = Math.min(Math.max(middle - half, whole.from), whole.to - 2 * half);
    camera.show({ from, to: from + 2 * half });
  };
  return (
    <div
      ref={strip}
      aria-hidden="true"
      title="Drag to move through the whole run"
      className="absolute inset-x-0 top-0 h-1.5 cursor-grab touch-none bg-pressed"
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        moveTo(event);
      }}
      onPointerMove={moveTo}
    >
      <span
        className="absolute inset-y-0 min-w-1 rounded-sm bg-accent"
        style={{ left: share(view.from), width: `calc(${share(view.to)} - ${share(view.from)})` }}
      />
    </div>
  );
}
