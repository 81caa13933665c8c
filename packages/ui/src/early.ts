/** Requests that the inline script made before the program had loaded. */
export interface Early {
  /** Pending answers, by their query keys as JSON. */
  readonly answers: Map<string, Promise<unknown>>;
  readonly live: EarlyLive | undefined;
  /** The worker that lays out graphs, on pages that begin with one. */
  readonly graphWorker: Worker | undefined;
}

export interface EarlyLive {
  readonly socket: WebSocket;
  /** Whether a message arrived before anything could process it. */
  missed: boolean;
}

declare global {
  var ostinatoEarly: Early | undefined;
}

/** The answer to an early query. It is returned once, because a second reader wants fresh data. */
export function takeEarlyAnswer(queryKey: readonly unknown[]): Promise<unknown> | undefined {
  const key = JSON.stringify(queryKey);
  const answer = globalThis.ostinatoEarly?.answers.get(key);
  globalThis.ostinatoEarly?.answers.delete(key);
  return answer;
}

/** The early connection. It is returned once, unless it has been lost already. */
export function takeEarlyLive(): EarlyLive | undefined {
  const early = globalThis.ostinatoEarly;
  if (early?.live === undefined) return undefined;
  globalThis.ostinatoEarly = { ...early, live: undefined };
  return early.live.socket.readyState > WebSocket.OPEN ? undefined : early.live;
}

export function takeEarlyGraphWorker(): Worker | undefined {
  const early = globalThis.ostinatoEarly;
  if (early?.graphWorker === undefined) return undefined;
  globalThis.ostinatoEarly = { ...early, graphWorker: undefined };
  return early.graphWorker;
}
