import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { isBad, stateLook } from "../../states.ts";
import { themeColor, useThemeGeneration } from "../../theme.ts";
import type { GraphNode } from "./graph-model.ts";

const cell = 9;
const pitch = 11;
const edge = 8;

/** The size of a block of cells, somewhat wider than high where there is room. */
export function cellsSize(
  count: number,
  room: number,
): {
  readonly columns: number;
  readonly width: number;
  readonly height: number;
} {
  const fitting = Math.floor((room - 2 * edge - 4) / pitch);
  const columns = Math.max(8, Math.min(fitting, Math.max(16, Math.ceil(Math.sqrt(count * 1.8)))));
  return { columns, width: columns * pitch + 2 * edge, height: Math.ceil(count / columns) * pitch + 2 * edge };
}

/** Each run of a large group as a small square in the colour of its state; arrow keys move between them, Enter selects. */
export function GraphCells(props: {
  readonly node: GraphNode;
  /** The pixels from left to right in which the graph should fit. */
  readonly room: number;
  readonly selected: string | undefined;
  readonly onSelect: (taskRunId: string | undefined) => void;
}) {
  const { node, selected, onSelect } = props;
  const timeline = node.source;
  const canvas = useRef<HTMLCanvasElement>(null);
  // Keyboards begin at the first failure.
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      node.members.findIndex((row) => isBad(timeline.state_type[row])),
    ),
  );
  const generation = useThemeGeneration();
  const { columns, width, height } = cellsSize(node.members.length, props.room);
  const selectedAt = useMemo(
    () => node.members.findIndex((row) => timeline.id[row] === selected),
    [node, timeline, selected],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  useEffect(() => {
    const pen = canvas.current?.getContext("2d");
    if (pen === null || pen === undefined) return;
    const colors = new Map<string, string>();
    pen.setTransform(devicePixelRatio * 2, 0, 0, devicePixelRatio * 2, 0, 0);
    pen.clearRect(0, 0, width, height);
    node.members.forEach((row, index) => {
      const { token } = stateLook(timeline.state_type[row], timeline.state_name[row]);
      const color = colors.get(token) ?? themeColor(token);
      colors.set(token, color);
      pen.fillStyle = color;
      pen.fillRect(edge + (index % columns) * pitch, edge + Math.floor(index / columns) * pitch, cell, cell);
    });
    for (const [index, color] of [
      [selectedAt, themeColor("text")],
      [document.activeElement === canvas.current ? active : -1, themeColor("accent")],
    ] as const) {
      if (index < 0) continue;
      pen.strokeStyle = color;
      pen.lineWidth = 2;
      pen.strokeRect(
        edge + (index % columns) * pitch - 1,
        edge + Math.floor(index / columns) * pitch - 1,
        cell + 2,
        cell + 2,
      );
    }
  }, [node, timeline, columns, width, height, selectedAt, active, generation]);

  const choose = (index: number) => {
    const row = node.members[index];
    if (row !== undefined) onSelect(timeline.id[row]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (step !== undefined) setActive(Math.min(node.members.length - 1, Math.max(0, active + step)));
    else if (event.key === "Enter" || event.key === " ") choose(active);
    else return;
    event.preventDefault();
  };
  const described = node.members[active];
  return (
    <canvas
      ref={canvas}
      role="slider"
      tabIndex={0}
      aria-label={`Runs of ${node.label}`}
      aria-valuemin={1}
      aria-valuemax={node.members.length}
      aria-valuenow={active + 1}
      aria-valuetext={
        described === undefined
          ? ""
          : `${timeline.name[described]}, ${stateLook(timeline.state_type[described], timeline.state_name[described]).label}`
      }
      width={width * devicePixelRatio * 2}
      height={height * devicePixelRatio * 2}
      style={{ width, height }}
      className="cursor-pointer"
      onFocus={() => setActive((before) => before)}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const bounds = event.currentTarget.getBoundingClientRect();
        const scale = width / bounds.width;
        const column = Math.floor(((event.clientX - bounds.left) * scale - edge) / pitch);
        const line = Math.floor(((event.clientY - bounds.top) * scale - edge) / pitch);
        if (column >= 0 && column < columns) choose(line * columns + column);
      }}
    />
  );
}
