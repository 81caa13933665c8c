import { type KeyboardEvent, type PointerEvent, type ReactNode, type Ref, useState } from "react";

/** Adjacent slots of a chart, both ends included. */
export interface SlotSpan {
  readonly first: number;
  readonly last: number;
}

interface Marking {
  readonly from: number;
  readonly to: number;
  readonly by: "pointer" | "keys";
}

/** Read aloud to keyboard users. */
export const brushKeys = "Arrow keys move, Shift with arrow keys widens, Enter narrows to it";

/** Selects a span of a chart with slots: by dragging, by clicking where `click` allows it, and by keyboard. */
export function useSpanBrush(options: {
  readonly slots: number;
  /** The slot at this many pixels from the left of the element. */
  readonly slotAt: (x: number) => number;
  readonly onChosen: (span: SlotSpan) => void;
  readonly click?: boolean;
}) {
  const { slots, slotAt, onChosen, click = true } = options;
  const [marking, setMarking] = useState<Marking>();
  const within = (slot: number) => Math.max(0, Math.min(slots - 1, slot));
  const at = (event: PointerEvent<Element>) =>
    within(slotAt(event.clientX - event.currentTarget.getBoundingClientRect().left));
  const span =
    marking === undefined
      ? undefined
      : { first: within(Math.min(marking.from, marking.to)), last: within(Math.max(marking.from, marking.to)) };
  const move = (key: string, shift: boolean) => {
    const to = marking?.to ?? slots - 1;
    const next = within({ ArrowLeft: to - 1, ArrowRight: to + 1, Home: 0, End: slots - 1 }[key] ?? to);
    setMarking({ from: shift ? (marking?.from ?? to) : next, to: next, by: "keys" });
  };
  return {
    span,
    byKeys: marking?.by === "keys",
    slots,
    slot: within(marking?.to ?? slots - 1),
    handlers: {
      onFocus: (event: { readonly currentTarget: Element }) => {
        if (event.currentTarget.matches(":focus-visible")) setMarking({ from: slots - 1, to: slots - 1, by: "keys" });
      },
      onBlur: () => setMarking(undefined),
      onKeyDown: (event: KeyboardEvent<Element>) => {
        if (event.metaKey || event.ctrlKey || event.altKey) return;
        if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
          event.preventDefault();
          move(event.key, event.shiftKey);
        } else if ((event.key === "Enter" || event.key === " ") && marking?.by === "keys" && span !== undefined) {
          event.preventDefault();
          onChosen(span);
        } else if (event.key === "Escape") setMarking(undefined);
      },
      onPointerDown: (event: PointerEvent<Element>) => {
        if (event.button === 0) setMarking({ from: at(event), to: at(event), by: "pointer" });
      },
      onPointerMove: (event: PointerEvent<Element>) => {
        if (marking?.by !== "pointer") return;
        const to = at(event);
        if (to !== marking.from) event.currentTarget.setPointerCapture(event.pointerId);
        setMarking({ ...marking, to });
      },
      onPointerUp: () => {
        if (marking?.by !== "pointer" || span === undefined) return;
        setMarking(undefined);
        if (click || span.first !== span.last) onChosen(span);
      },
      onPointerCancel: () => setMarking(undefined),
    },
  } as const;
}

/** The element that listens to a brush: a slider, so that its position is read aloud. */
export function BrushArea(props: {
  readonly brush: ReturnType<typeof useSpanBrush>;
  readonly label: string;
  /** The position in words. */
  readonly text: string;
  readonly height: number;
  readonly ref: Ref<HTMLDivElement>;
  readonly children: ReactNode;
  readonly className?: string;
  readonly onMove: (event: PointerEvent<HTMLDivElement>) => void;
  readonly onLeave: () => void;
  readonly onPress?: (event: PointerEvent<HTMLDivElement>) => void;
  readonly onRelease?: (event: PointerEvent<HTMLDivElement>) => void;
}) {
  const { brush, onMove, onLeave, onPress, onRelease } = props;
  const { handlers } = brush;
  return (
    <div
      ref={props.ref}
      role="slider"
      tabIndex={0}
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, brush.slots - 1)}
      aria-valuenow={brush.slot}
      aria-valuetext={props.text}
      className={`relative touch-pan-y rounded-sm select-none ${props.className ?? ""}`}
      style={{ height: props.height }}
      onFocus={handlers.onFocus}
      onBlur={handlers.onBlur}
      onKeyDown={handlers.onKeyDown}
      onPointerDown={(event) => {
        onPress?.(event);
        handlers.onPointerDown(event);
      }}
      onPointerMove={(event) => {
        handlers.onPointerMove(event);
        onMove(event);
      }}
      onPointerUp={(event) => {
        handlers.onPointerUp();
        onRelease?.(event);
      }}
      onPointerCancel={handlers.onPointerCancel}
      onPointerLeave={onLeave}
    >
      {props.children}
    </div>
  );
}
