import type { Virtualizer } from "@tanstack/react-virtual";
import type { PointerEvent } from "react";
import type { useTreeKeys } from "./timeline-keys.ts";
import type { TimelineRow } from "./timeline-model.ts";
import { Row } from "./timeline-row.tsx";

/** The pointer's position over the bars: a row, and pixels from the left of the bars. */
interface Place {
  readonly index: number;
  readonly x: number;
}

/** The names as a virtual tree. */
export function TimelineTree(props: {
  readonly rows: readonly TimelineRow[];
  readonly virtual: Virtualizer<HTMLDivElement, Element>;
  readonly keys: ReturnType<typeof useTreeKeys>;
  readonly selectedKey: string | undefined;
  readonly now: number;
  readonly narrow: boolean;
  readonly labelWidth: number;
  readonly rowHeight: number;
  readonly onChoose: (row: TimelineRow) => void;
  readonly onToggle: (row: TimelineRow) => void;
  /** Undefined when the pointer leaves the bars. */
  readonly onRest: (place: Place | undefined) => void;
}) {
  const { rows, virtual, keys, labelWidth, rowHeight } = props;
  const openable = rows.some((row) => row.kind !== "task");
  const onPointerMove = (event: PointerEvent) => {
    if (event.pointerType !== "mouse" || event.buttons !== 0) return;
    const bounds = event.currentTarget.getBoundingClientRect();
    const x = event.clientX - bounds.left - labelWidth;
    const y = event.clientY - bounds.top - virtual.options.paddingStart;
    props.onRest(x < 0 ? undefined : { index: Math.floor(y / rowHeight), x });
  };
  return (
    <div
      role="tree"
      aria-label="Task runs over time"
      tabIndex={rows.length === 0 ? -1 : 0}
      className="absolute inset-x-0 top-0 touch-pan-y focus-visible:outline-none"
      style={{ height: virtual.getTotalSize() }}
      {...keys.props}
      // A row that is not rendered can't be named.
      aria-activedescendant={
        virtual.getVirtualItems().some(({ index }) => index === keys.active)
          ? keys.props["aria-activedescendant"]
          : undefined
      }
      onPointerMove={onPointerMove}
      onPointerLeave={() => props.onRest(undefined)}
    >
      {virtual.getVirtualItems().map((item) => {
        const row = rows[item.index];
        if (row === undefined) return null;
        return (
          <Row
            key={row.key}
            row={row}
            active={keys.active === item.index}
            selected={row.key === props.selectedKey}
            top={item.start}
            height={rowHeight}
            now={props.now}
            labelWidth={labelWidth}
            narrow={props.narrow}
            openable={openable}
            id={keys.id(item.index)}
            position={[item.index + 1, rows.length]}
            onChoose={() => {
              keys.setActive(item.index);
              props.onChoose(row);
            }}
            onToggle={() => props.onToggle(row)}
          />
        );
      })}
    </div>
  );
}
