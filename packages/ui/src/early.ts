/** What the lines in the document began before the program was there, for the program to take over. */
export interface Early {
  /** Answers that are on their way, by the key of their query as JSON. */
  readonly answers: Map<string, Promise<unknown>>;
  readonly live: EarlyLive | undefined;
  /** The worker that lays out graphs, where the page begins with one. */
  readonly graphWorker: Worker | undefined;
}

export interface EarlyLive {
  readonly socket: WebSocket;
  /** Something was told that nobody could take in yet. */
  missed: boolean;
}

declare global {
  var ostinatoEarly: Early | undefined;
}

/** The answer to a query that was asked early. It is given once: whoever asks again wants to know anew. */
export function takeEarlyAnswer(queryKey: readonly unknown[]): Promise<unknown> | undefined {
  const key = JSON.stringify(queryKey);
  const answer = globalThis.ostinatoEarly?.answers.get(key);
  globalThis.ostinatoEarly?.answers.delete(key);
  return answer;
}

/** The connection that was opened early, once, unless it has been lost already. */
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
