import { isFailure, isTerminal, type StateName, type StateType, typeOfName } from "@ostinato/core";
import type { State } from "./api/types.ts";

export type { StateType };

/** The display of a state everywhere: a word, a colour token of the theme, and a shape. */
export interface StateLook {
  readonly label: string;
  readonly token: string;
  readonly shape: StateShape;
}

/** A state as it is drawn. */
export interface Stated {
  readonly type: StateType | null | undefined;
  readonly name?: string | null | undefined;
  /** Whether a paused run asks people for an input. */
  readonly asks?: boolean | undefined;
}

export interface StateShape {
  /** Paths in a 16 by 16 box. */
  readonly fill?: string;
  readonly stroke?: string;
  /** Drawn over the fill in the surface's colour. */
  readonly cut?: string;
  /** Rotates while the state lasts. */
  readonly turning?: string;
}

const disc = "M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13z";
const ring = "M8 2.25a5.75 5.75 0 1 1 0 11.5a5.75 5.75 0 0 1 0-11.5z";
const clockHands = "M8 4.75V8l2.2 1.5";

const shapes = {
  tick: { fill: disc, cut: "M5 8.3l2.1 2.1L11.100 6" },
  doubleTick: { fill: disc, cut: "M3.600 8.400l1.800 1.800L8.700 6.600M7.300 9.900l.4.4L12.300 6" },
  cross: { fill: disc, cut: "M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6" },
  hourglass: { fill: disc, cut: "M5.6 4.900h4.8L8 8l2.400 3.100H5.600L8 8z" },
  bolt: { fill: "M9.300 1L3 9.300h4.100L6.400 15L13 6.500H8.700z" },
  stop: { fill: "M4.500 2.500h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2z", cut: "M5.500 8h5" },
  stopping: {
    stroke: "M6.250 5.750h3.500a.5.5 0 0 1 .5.5v3.500a.5.5 0 0 1-.5.5h-3.500a.5.5 0 0 1-.5-.5v-3.500a.5.5 0 0 1 .5-.5z",
    turning: "M8 1.750a6.250 6.250 0 0 1 6.250 6.250M8 14.250a6.250 6.250 0 0 1-6.250-6.250",
  },
  clock: { stroke: `${ring}${clockHands}` },
  lateClock: {
    stroke: "M6.900 2.900a5.400 5.400 0 1 0 6.200 6.200M6.900 5.300v3.300l2 1.300",
    fill: "M11.900 .9h1.900l-.35 4h-1.200zM12.850 5.700a.85.85 0 1 1 0 1.700a.85.85 0 0 1 0-1.700z",
  },
  ring: { stroke: ring },
  dottedRing: {
    stroke:
      "M8 2.250a5.750 5.750 0 0 1 4.070 1.680M13.750 8a5.750 5.750 0 0 1-1.680 4.070M8 13.750a5.750 5.750 0 0 1-4.070-1.680M2.250 8a5.750 5.750 0 0 1 1.680-4.070",
  },
  movingRing: {
    fill: "M8 5.600a2.400 2.400 0 1 1 0 4.800a2.400 2.400 0 0 1 0-4.800z",
    turning: "M8 1.900a6.100 6.100 0 1 1-6.100 6.100",
  },
  bars: {
    fill: "M4.250 2.500h1.500a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-1.500a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zM10.250 2.500h1.500a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-1.500a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1z",
  },
  hollowBars: { stroke: "M4 3h2v10h-2zM10 3h2v10h-2z" },
  question: { fill: disc, cut: "M6 6.300a2.050 2.050 0 1 1 2.900 1.870c-.6.3-.9.6-.9 1.250M8 11.700h.01" },
  loop: { stroke: "M13.500 8a5.500 5.500 0 1 1-1.750-4.030M13.700 1.900v3h-3" },
  gate: { stroke: `${ring}M5.500 8h5` },
  back: { stroke: "M6 3L2.800 6.200L6 9.400M3 6.200h6.200a3.800 3.800 0 0 1 0 7.600H6" },
} as const satisfies Record<string, StateShape>;

const looks = {
  completed: { label: "Completed", token: "state-completed", shape: shapes.tick },
  cached: { label: "Cached", token: "state-cached", shape: shapes.doubleTick },
  running: { label: "Running", token: "state-running", shape: shapes.movingRing },
  retrying: { label: "Retrying", token: "state-running", shape: shapes.movingRing },
  rerunning: { label: "Rerunning", token: "state-running", shape: shapes.movingRing },
  failed: { label: "Failed", token: "state-failed", shape: shapes.cross },
  timedOut: { label: "Timed out", token: "state-failed", shape: shapes.hourglass },
  crashed: { label: "Crashed", token: "state-crashed", shape: shapes.bolt },
  cancelled: { label: "Cancelled", token: "state-cancelled", shape: shapes.stop },
  cancelling: { label: "Cancelling", token: "state-cancelled", shape: shapes.stopping },
  scheduled: { label: "Scheduled", token: "state-scheduled", shape: shapes.clock },
  late: { label: "Late", token: "state-late", shape: shapes.lateClock },
  awaitingRetry: { label: "Awaiting retry", token: "state-retry", shape: shapes.loop },
  resuming: { label: "Resuming", token: "state-scheduled", shape: shapes.clock },
  restarting: { label: "Restarting", token: "state-scheduled", shape: shapes.clock },
  awaitingSlot: { label: "Awaiting slot", token: "state-scheduled", shape: shapes.gate },
  pending: { label: "Pending", token: "state-pending", shape: shapes.ring },
  submitting: { label: "Submitting", token: "state-pending", shape: shapes.dottedRing },
  infrastructurePending: { label: "Infrastructure pending", token: "state-pending", shape: shapes.dottedRing },
  notReady: { label: "Not ready", token: "state-pending", shape: shapes.gate },
  paused: { label: "Paused", token: "state-paused", shape: shapes.bars },
  suspended: { label: "Suspended", token: "state-paused", shape: shapes.hollowBars },
  waitsForInput: { label: "Waits for input", token: "state-paused", shape: shapes.question },
  rolledBack: { label: "Rolled back", token: "state-cancelled", shape: shapes.back },
} as const satisfies Record<string, StateLook>;

const byType: Readonly<Record<StateType, StateLook>> = {
  SCHEDULED: looks.scheduled,
  PENDING: looks.pending,
  RUNNING: looks.running,
  COMPLETED: looks.completed,
  FAILED: looks.failed,
  CANCELLED: looks.cancelled,
  CRASHED: looks.crashed,
  PAUSED: looks.paused,
  CANCELLING: looks.cancelling,
};

// Names are free text; these are the known ones. The compiler requires a look for each new one.
const byName = {
  Late: looks.late,
  AwaitingRetry: looks.awaitingRetry,
  AwaitingConcurrencySlot: looks.awaitingSlot,
  Submitting: looks.submitting,
  InfrastructurePending: looks.infrastructurePending,
  NotReady: looks.notReady,
  Suspended: looks.suspended,
  Cached: looks.cached,
  RolledBack: looks.rolledBack,
  TimedOut: looks.timedOut,
  Resuming: looks.resuming,
  Restarting: looks.restarting,
  Retrying: looks.retrying,
  Rerunning: looks.rerunning,
  Scheduled: looks.scheduled,
  Pending: looks.pending,
  Running: looks.running,
  Completed: looks.completed,
  Failed: looks.failed,
  Cancelled: looks.cancelled,
  Crashed: looks.crashed,
  Paused: looks.paused,
  Cancelling: looks.cancelling,
} as const satisfies Readonly<Record<StateName, StateLook>>;

/** The sign of a state in the title of a browser's tab, which has no colours. */
export function tabMark(look: StateLook): string {
  return look === looks.waitsForInput ? "?" : (tabMarks[look.token] ?? "○");
}

const tabMarks: Readonly<Record<string, string>> = {
  "state-completed": "✓",
  "state-cached": "✓",
  "state-running": "▶",
  "state-failed": "✗",
  "state-crashed": "⚡",
  "state-cancelled": "■",
  "state-scheduled": "◷",
  "state-late": "◷",
  "state-pending": "○",
  "state-paused": "‖",
  "state-retry": "↻",
};

/** States in the order of their importance to readers. */
export const stateTypeOrder: readonly StateType[] = [
  "FAILED",
  "CRASHED",
  "RUNNING",
  "PAUSED",
  "CANCELLING",
  "PENDING",
  "SCHEDULED",
  "COMPLETED",
  "CANCELLED",
];

/** State names that the filter offers beside the types: those with a shape of their own. */
export const filterableStateNames: readonly string[] = (Object.keys(byName) as StateName[]).filter((name) =>
  Object.values(byType).every(({ shape }) => shape !== byName[name].shape),
);

/** The type of a state with one of these names. */
export function stateTypeOfName(name: string): StateType {
  return typeOfName(name) ?? "SCHEDULED";
}

export function stateLook(type: StateType | null | undefined, name?: string | null): StateLook {
  if (type === null || type === undefined) return looks.notReady;
  const base = byType[type];
  if (name === null || name === undefined || name === "") return base;
  if (typeOfName(name) === type) return byName[name as StateName];
  return { ...base, label: spaced(name) };
}

/** How a flow run's state is drawn: a paused one that asks for an input looks otherwise than one that was stopped. */
export function statedOf(run: {
  readonly state_type: StateType | null;
  readonly state_name: string | null;
  readonly state: Pick<State, "state_details"> | null;
}): Stated {
  const keys = run.state?.state_details.run_input_keyset ?? null;
  return { type: run.state_type, name: run.state_name, asks: run.state_type === "PAUSED" && keys !== null };
}

/** The look of a state that is known with its details. */
export function lookOf({ type, name, asks = false }: Stated): StateLook {
  return asks ? looks.waitsForInput : stateLook(type, name);
}

export function stateColor(look: StateLook): string {
  return `var(--${look.token})`;
}

export function isFinal(type: StateType | null | undefined): boolean {
  return type !== null && type !== undefined && isTerminal(type);
}

export function isBad(type: StateType | null | undefined): boolean {
  return type !== null && type !== undefined && isFailure(type);
}

function spaced(name: string): string {
  if (!/^[A-Z][a-z]+(?:[A-Z][a-z]+)+$/.test(name)) return name;
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
