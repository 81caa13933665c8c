import type { FlowRun, readFlowRun } from "@ostinato/protocol";
import { useEffect, useSyncExternalStore } from "react";
import { call } from "../api/api.ts";
import { useLive } from "../api/live.ts";
import { basePath, pageAddress } from "../base-path.ts";
import { isFinal, lookOf, statedOf, tabMark } from "../states.ts";

/** A flow run whose end the reader wants to be told of. */
export interface AwaitedRun {
  readonly id: string;
  readonly name: string;
  readonly flowName: string;
  /** The id of the state in which it asked for an input, once the reader has been told. */
  readonly toldOf?: string;
}

type News = Pick<FlowRun, "id" | "state_id" | "state_type" | "state_name" | "state">;

/** The wish belongs to this tab, through reloads too, and ends with it: without a page nobody could be told. */
const storageKey = `ostinato.end-notices:${basePath}`;
const listeners = new Set<() => void>();
let awaited: readonly AwaitedRun[] = stored();

export function useAwaitedRuns(): readonly AwaitedRun[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => awaited,
  );
}

/** Asks the browser for its permission, where it has not been asked before. False where it does not show notices. */
export async function awaitEnd(run: AwaitedRun): Promise<boolean> {
  if (typeof Notification === "undefined") return false;
  if ((await Notification.requestPermission()) !== "granted") return false;
  change([...awaited.filter(({ id }) => id !== run.id), run]);
  return true;
}

export function forgetEnd(id: string): void {
  change(awaited.filter((run) => run.id !== id));
}

/** Follows the awaited runs on whatever page the reader is, and tells of each that ends or asks for an input. */
export function useEndNotices(): void {
  const runs = useAwaitedRuns();
  const check = () => {
    for (const { id } of awaited) void checkRun(id);
  };
  useLive(runs.length === 0 ? undefined : { kind: "flow-runs" }, {
    onChanges(changes) {
      for (const one of changes) {
        if (one.kind === "flow-run") tell(one.row);
        if (one.kind === "deleted" && one.of === "flow-run") forgetEnd(one.id);
      }
    },
    onResync: check,
  });
  // A run may have ended between its last state on the page and the click, or while the page was loaded again.
  const ids = runs.map(({ id }) => id).join();
  useEffect(() => {
    for (const id of ids.split(",").filter((one) => one !== "")) void checkRun(id);
  }, [ids]);
}

async function checkRun(id: string): Promise<void> {
  // Where the server can't be reached, the page asks again when the connection is back.
  const run = await call<typeof readFlowRun>("GET /flow_runs/{id}", { params: { id } }).catch(() => undefined);
  if (run !== undefined) tell(run);
}

/** Tells of a run that has ended, or that asks for an input. */
function tell(news: News): void {
  const run = awaited.find(({ id }) => id === news.id);
  if (run === undefined) return;
  const stated = statedOf(news);
  if (isFinal(news.state_type)) forgetEnd(run.id);
  else if (stated.asks !== true || news.state_id === null || news.state_id === run.toldOf) return;
  else change(awaited.map((one) => (one.id === run.id ? { ...one, toldOf: news.state_id ?? "" } : one)));
  const look = lookOf(stated);
  const notice = new Notification(`${tabMark(look)} ${run.name}: ${look.label}`, {
    body: [run.flowName, news.state?.message?.split("\n", 1)[0]].filter(Boolean).join("\n"),
    tag: run.id,
  });
  notice.onclick = () => {
    window.focus();
    location.assign(pageAddress(`runs/flow-run/${run.id}`));
  };
}

function change(next: readonly AwaitedRun[]): void {
  awaited = next;
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(next));
  } catch {
    // Without storage the wish lasts until the page is loaded again.
  }
  for (const listener of listeners) listener();
}

function stored(): readonly AwaitedRun[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? "[]");
    return Array.isArray(kept) ? (kept as AwaitedRun[]) : [];
  } catch {
    return [];
  }
}
