import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useEffect, useRef } from "react";
import { copyText } from "../components/copy.tsx";
import { plainText } from "./ansi.ts";
import type { Jump } from "./log-finder.ts";
import { addressOfLine, type LineLook, LogRow } from "./log-row.tsx";
import type { LogStore } from "./log-store.ts";

const rowHeight = 20;
/** Messages of more lines than this are shown from their beginning instead of around their middle. */
const tallMessage = 12;

/**
 * The visible lines. `j` and `k` move between lines, `e` and `E` between errors, `n` and `N` between matches; `c` copies the marked line
 * and `y` its address.
 */
export function LogLines(props: {
  readonly store: LogStore;
  readonly total: number;
  readonly version: number;
  readonly opensAt: number;
  readonly follow: boolean;
  readonly onFollow: (follow: boolean) => void;
  readonly live: boolean;
  readonly jump: Jump | undefined;
  readonly line: string | undefined;
  readonly onLine: (line: string) => void;
  readonly onError: (direction: "next" | "previous") => void;
  readonly onMatch: (direction: "next" | "previous") => void;
  /** Called with the positions that are in sight. */
  readonly onSight: (first: number, last: number) => void;
  readonly look: LineLook;
  /** It takes all of the height that there is. */
  readonly isFull: boolean;
}) {
  const { store, total, version, follow, jump, onSight, look } = props;
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 20,
    scrollPaddingStart: 2 * rowHeight,
    initialOffset: () => Math.max(0, (props.opensAt - 4) * rowHeight),
  });
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const measured = items.length > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version may have lines whose numbers are not known
  useEffect(() => {
    if (measured) store.want(first, last);
  }, [store, first, last, measured, version]);
  useEffect(() => {
    if (rows.range !== null) onSight(rows.range.startIndex, rows.range.endIndex);
  });
  const show = useCallback(
    (position: number) => {
      const isTall = (store.line(position)?.message.split("\n", tallMessage).length ?? 0) >= tallMessage;
      rows.scrollToIndex(position, { align: isTall ? "start" : "center" });
    },
    [rows, store],
  );
  useEffect(() => {
    if (follow) rows.scrollToIndex(total - 1, { align: "end" });
  }, [follow, total, rows]);
  useEffect(() => {
    if (jump !== undefined) show(jump.to);
  }, [jump, show]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a log opens once
  useEffect(() => {
    if (!follow) show(props.opensAt);
    // Only whoever comes by a link is brought to the log.
    if (props.line !== undefined && jump === undefined) box.current?.scrollIntoView({ block: "center" });
  }, []);
  const digits = String(store.number(last) ?? total).length;
  const marked = props.line === undefined ? undefined : store.positionOf(Number(props.line));
  const mark = (position: number) => {
    const next = Math.min(total - 1, Math.max(0, position));
    const number = store.number(next);
    if (follow) props.onFollow(false);
    if (number !== undefined) props.onLine(String(number));
    rows.scrollToIndex(next, { align: "auto" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (["ArrowUp", "PageUp"].includes(event.key) && follow) props.onFollow(false);
    const log = marked === undefined ? undefined : store.line(marked);
    const acts = new Map<string, () => unknown>([
      ["j", () => mark(marked === undefined ? first : marked + 1)],
      ["k", () => mark(marked === undefined ? last : marked - 1)],
      ["e", () => props.onError("next")],
      ["E", () => props.onError("previous")],
      ["n", () => props.onMatch("next")],
      ["N", () => props.onMatch("previous")],
      ["c", () => log !== undefined && copyText(plainText(log.message))],
      ["y", () => props.line !== undefined && copyText(addressOfLine(Number(props.line)))],
      // The browser's own ends are those of heights that are only estimated before lines are shown.
      [
        "End",
        () => {
          rows.scrollToIndex(total - 1, { align: "end" });
          if (props.live) props.onFollow(true);
        },
      ],
      [
        "Home",
        () => {
          props.onFollow(false);
          rows.scrollToOffset(0);
        },
      ],
    ]);
    const act = acts.get(event.key);
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return (
    <div
      ref={box}
      role="log"
      aria-label="Log lines"
      aria-live="off"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className={`@container overflow-y-auto ${props.isFull ? "min-h-0 flex-1" : "max-h-[min(68vh,720px)]"} rounded-lg border bg-surface font-mono text-xs leading-5 ${look.wrap ? "overflow-x-hidden" : "overflow-x-auto"}`}
      onWheel={(event) => event.deltaY < 0 && follow && props.onFollow(false)}
      onKeyDown={onKeyDown}
    >
      <div className="relative w-full" style={{ height: rows.getTotalSize() }}>
        {items.map((item) => (
          <div
            key={item.key}
            ref={rows.measureElement}
            data-index={item.index}
            className={`absolute left-0 ${look.wrap ? "right-0" : "min-w-full"}`}
            style={{ top: item.start }}
          >
            <LogRow
              log={store.line(item.index)}
              number={store.number(item.index)}
              digits={digits}
              marked={item.index === marked}
              onLine={props.onLine}
              look={look}
            />
          </div>
        ))}
      </div>
    </div>
  );
}
