import { type PointerEvent, type Ref, useState } from "react";
import { useBrush } from "../../charts/brush.ts";
import { IconButton } from "../../components/button.tsx";
import { clock, sinceStart } from "../../format.ts";
import type { TimelineCamera } from "./timeline-camera.ts";
import { zoomStep } from "./timeline-keys.ts";
import { TimelineOverview } from "./timeline-overview.tsx";

/** The line above the bars: zoom buttons, and the time axis, on which dragging zooms in. */
export function TimelineAxis(props: {
  readonly canvas: Ref<HTMLCanvasElement>;
  readonly camera: TimelineCamera;
  /** The start of the run. */
  readonly zero: number;
  readonly height: number;
  readonly labelWidth: number;
  readonly barWidth: number;
}) {
  const { camera, zero, labelWidth, barWidth } = props;
  const [near, setNear] = useState<number>();
  const { brush, handlers } = useBrush(({ from, to }) => {
    const shown = camera.shown();
    const length = (shown.to - shown.from) / barWidth;
    camera.show({ from: shown.from + from * length, to: shown.from + to * length });
  });
  const onPointerMove = (event: PointerEvent<Element>) => {
    setNear(event.clientX - event.currentTarget.getBoundingClientRect().left);
    handlers.onPointerMove(event);
  };
  const shown = camera.shown();
  const time =
    near === undefined ? undefined : camera.scale().time(shown.from + (near / barWidth) * (shown.to - shown.from));
  const showAll = () => camera.show(undefined);
  return (
    <div className="sticky top-0 z-10 flex border-b bg-surface" style={{ height: props.height }}>
      <div className="flex shrink-0 items-center border-r px-1" style={{ width: labelWidth }}>
        <IconButton icon="minus" label="Zoom out" className="!size-6" onClick={() => camera.zoom(1 / zoomStep)} />
        <IconButton icon="plus" label="Zoom in" className="!size-6" onClick={() => camera.zoom(zoomStep)} />
        {camera.view === undefined ? null : (
          <IconButton icon="fit" label="Show everything" className="!size-6" onClick={showAll} />
        )}
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: zooming by hand; the keys + − 0 do it too */}
      <div
        title="Drag to look closer; double-click to show everything"
        className="relative min-w-0 flex-1 cursor-col-resize touch-none"
        {...handlers}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setNear(undefined)}
        onDoubleClick={showAll}
      >
        <canvas ref={props.canvas} className="absolute inset-0 size-full" />
        {camera.view === undefined ? null : <TimelineOverview camera={camera} view={camera.view} />}
        {near === undefined || time === undefined ? null : (
          <span
            aria-hidden="true"
            className="pointer-events-none absolute top-1 z-20 rounded-sm border bg-surface px-1 text-xs whitespace-nowrap"
            style={near > barWidth / 2 ? { right: barWidth - near + 6 } : { left: near + 6 }}
          >
            {sinceStart(time - zero)} <span className="text-faint">· {clock(time)}</span>
          </span>
        )}
        {brush === undefined ? null : (
          <span
            className="absolute inset-y-0 bg-accent/20"
            style={{ left: Math.min(brush.from, brush.to), width: Math.abs(brush.to - brush.from) }}
          />
        )}
      </div>
    </div>
  );
}
