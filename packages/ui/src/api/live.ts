import { parseJson } from "@ostinato/core";
import type { LiveMessage, LiveRequest } from "@ostinato/protocol";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { liveAddress } from "../base-path.ts";
import { takeEarlyLive } from "../early.ts";
import type { LiveChange, LiveTopic } from "./types.ts";

/**
 * The page's only websocket. Components subscribe to topics. After a loss it reconnects, subscribes to every topic again, and tells each
 * listener to read again what it may have missed.
 */
export interface LiveListener {
  readonly onChanges: (changes: readonly LiveChange[]) => void;
  /** Messages may have been lost: read the data again. */
  readonly onResync: () => void;
  /**
   * The server sends every change from now on, so data read from now on has no gap. Also called when the connection is lost, so that nobody
   * waits for it; `onResync` follows later.
   */
  readonly onSubscribed?: () => void;
}

export type Connection =
  | { readonly state: "idle" | "connecting" | "open" }
  | { readonly state: "lost"; readonly since: number };

interface Subscription {
  readonly topic: LiveTopic;
  readonly listener: LiveListener;
}

const maxWaitMs = 8000;
const subscriptions = new Map<number, Subscription>();
const connectionListeners = new Set<() => void>();
let connection: Connection = { state: "idle" };
let socket: WebSocket | undefined;
let nextId = 1;
let failures = 0;
let retryTimer: ReturnType<typeof setTimeout> | undefined;

addEventListener("online", reconnectNow);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") reconnectNow();
});

export function useConnection(): Connection {
  return useSyncExternalStore(onConnectionChange, () => connection);
}

/** Keeps a component subscribed while it is mounted. `key` names the topic; the listener may change freely. */
export function useLive(topic: LiveTopic | undefined, listener: LiveListener): void {
  const latest = useRef(listener);
  latest.current = listener;
  const key = topic === undefined ? "" : JSON.stringify(topic);
  useEffect(() => {
    if (key === "") return undefined;
    return subscribe(JSON.parse(key) as LiveTopic, {
      onChanges: (changes) => latest.current.onChanges(changes),
      onResync: () => latest.current.onResync(),
      onSubscribed: () => latest.current.onSubscribed?.(),
    });
  }, [key]);
}

export function reconnectNow(): void {
  if (connection.state !== "lost") return;
  clearTimeout(retryTimer);
  connect();
}

function subscribe(topic: LiveTopic, listener: LiveListener): () => void {
  const id = nextId++;
  subscriptions.set(id, { topic, listener });
  if (socket === undefined && connection.state !== "lost") connect();
  else send({ type: "subscribe", id, topic });
  if (connection.state === "lost") queueMicrotask(() => subscriptions.get(id)?.listener.onSubscribed?.());
  return () => {
    subscriptions.delete(id);
    send({ type: "unsubscribe", id });
  };
}

function connect(): void {
  const early = takeEarlyLive();
  const opened = early?.socket ?? new WebSocket(liveAddress);
  const again = failures > 0 || connection.state === "lost";
  socket = opened;
  if (connection.state === "idle") change({ state: "connecting" });
  const onOpen = () => {
    failures = 0;
    change({ state: "open" });
    for (const [id, { topic }] of subscriptions) send({ type: "subscribe", id, topic });
    // Deferred, because several components may subscribe one after the other.
    if (again || early?.missed === true) queueMicrotask(resyncAll);
  };
  if (opened.readyState === WebSocket.OPEN) onOpen();
  else opened.onopen = onOpen;
  opened.onmessage = (event: MessageEvent<string>) => receive(parseJson(event.data) as LiveMessage);
  opened.onclose = () => {
    if (socket !== opened) return;
    socket = undefined;
    lose();
  };
}

function resyncAll(): void {
  for (const { listener } of [...subscriptions.values()]) listener.onResync();
}

function lose(): void {
  if (connection.state !== "lost") change({ state: "lost", since: Date.now() });
  for (const { listener } of [...subscriptions.values()]) listener.onSubscribed?.();
  const wait = Math.min(maxWaitMs, 250 * 2 ** failures) * (0.75 + Math.random() / 2);
  failures += 1;
  clearTimeout(retryTimer);
  retryTimer = setTimeout(connect, wait);
}

function receive(message: LiveMessage): void {
  if (message.type === "pong" || message.id === null) return;
  const subscription = subscriptions.get(message.id);
  if (subscription === undefined) return;
  if (message.type === "subscribed") subscription.listener.onSubscribed?.();
  if (message.type === "changes") subscription.listener.onChanges(message.changes);
  if (message.type === "resync") subscription.listener.onResync();
}

function send(request: LiveRequest): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
}

function change(next: Connection): void {
  connection = next;
  for (const listener of connectionListeners) listener();
}

function onConnectionChange(listener: () => void): () => void {
  connectionListeners.add(listener);
  return () => connectionListeners.delete(listener);
}
