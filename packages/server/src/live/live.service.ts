import type { LiveChange, LiveMessage, LiveNoun, LiveRow, LiveRowChange, LiveTopic } from "@ostinato/protocol";
import type { Change } from "../kernel/bus.ts";
import type { Context } from "../kernel/context.ts";
import type { SocketConnection, SocketHandlers } from "../kernel/socket.ts";
import { type Batch, sorter } from "./delivery.ts";
import { createGathering, type Gathered } from "./gathering.ts";
import { createLineage } from "./lineage.service.ts";
import { type Noun, nouns } from "./nouns.service.ts";
import { createProgress, progressSeconds } from "./progress.ts";
import { readRequest } from "./requests.ts";
import { createTopics, type Feed, type Page, type Topics, unplacedRuns } from "./topics.ts";

/** Changes are gathered so long before they are sent: the eye does not see it, and a burst becomes one message. */
const gatherSeconds = 0.05;
/** Rows of a noun read for one delivery; the rest waits for the next. */
const maxRowsRead = 200;
/** A page with more unread data than this gets nothing further, and reloads its data once it has caught up. */
const maxBacklogBytes = 1024 * 1024;
const maxSubscriptions = 64;

/** Sends pages the changes in the rows that they show. Listens to the bus only while a page has a subscription. */
export function createLive(context: Context): (connection: SocketConnection) => SocketHandlers {
  const { bus, clock } = context;
  const topics = createTopics();
  const pages = new Set<Page>();
  const lineage = createLineage();
  const feed: Feed = { nouns, lineage };
  const gathering = createGathering(feed, topics);
  const progress = createProgress();
  let unsubscribe: (() => void) | undefined;
  let timer: { readonly due: number; readonly cancel: () => void } | undefined;
  let delivering = false;

  function onChange(change: Change): void {
    const { watched, progressed } = gathering.add(change);
    progress.add(progressed);
    if (watched) deliverIn(gatherSeconds);
  }

  /** One timer: an earlier delivery takes the place of a later one. */
  function deliverIn(seconds: number): void {
    const due = clock.elapsed() + seconds;
    if (delivering || (timer !== undefined && timer.due <= due)) return;
    timer?.cancel();
    timer = { due, cancel: clock.after(seconds, () => void deliver()) };
  }

  async function deliver(): Promise<void> {
    timer = undefined;
    delivering = true;
    gathering.addUnread("flow-run", progress.take(clock.elapsed()));
    const gathered = gathering.take();
    for (const [noun, ids] of gathered.unread) gathering.addUnread(noun, [...ids].slice(maxRowsRead));
    const rows = await readable(context, async () => {
      const read = await rowsOf(context, gathered);
      const unplaced = read.flatMap((change) => unplacedRuns(feed, topics, change));
      if (unplaced.length > 0) await lineage.read(context.db, unplaced);
      return read;
    });
    if (gathered.lost || rows === undefined) resync(pages, "There were more changes than could be kept.");
    else send(feed, topics, { rows, deleted: gathered.deleted });
    for (const page of pages) catchUp(page);
    delivering = false;
    deliverRest();
  }

  /** Delivers the changes that arrived during a delivery, and those that it left. */
  function deliverRest(): void {
    if (gathering.waiting) deliverIn(gatherSeconds);
    else if (progress.waiting || [...pages].some(({ behind }) => behind)) deliverIn(progressSeconds);
  }

  function subscribe(page: Page, id: number, topic: LiveTopic): void {
    topics.remove(page, id);
    if (page.subscriptions.size >= maxSubscriptions) {
      const message = `A page has at most ${maxSubscriptions} subscriptions.`;
      sendTo(page, { type: "error", id, message });
      return;
    }
    topics.add({ id, topic, page });
    unsubscribe ??= bus.subscribe(onChange);
    sendTo(page, { type: "subscribed", id });
  }

  function stopListeningWithoutPages(): void {
    if (!topics.isEmpty) return;
    unsubscribe?.();
    unsubscribe = undefined;
    timer?.cancel();
    timer = undefined;
    gathering.take();
    progress.clear();
    lineage.forget();
  }

  return (connection) => {
    const page: Page = { connection, subscriptions: new Map(), behind: false };
    pages.add(page);
    return {
      message(text) {
        const { request, problem, id } = readRequest(text);
        if (request === undefined) sendTo(page, { type: "error", id, message: problem });
        else if (request.type === "ping") sendTo(page, { type: "pong" });
        else if (request.type === "subscribe") subscribe(page, request.id, request.topic);
        else topics.remove(page, request.id);
        stopListeningWithoutPages();
      },
      closed() {
        pages.delete(page);
        for (const id of [...page.subscriptions.keys()]) topics.remove(page, id);
        stopListeningWithoutPages();
      },
    };
  };
}

/** Undefined where the rows can't be read. */
async function readable<R>({ log }: Context, read: () => Promise<R>): Promise<R | undefined> {
  try {
    return await read();
  } catch (error) {
    log.warn({ err: error }, "rows for the pages can't be read");
    return undefined;
  }
}

/** All rows, noun by noun. */
async function rowsOf(context: Context, { rows, unread }: Gathered): Promise<readonly LiveRowChange[]> {
  const inOrder = Object.keys(nouns) as LiveNoun[];
  const ofNouns = await Promise.all(
    inOrder.map(async (noun) => {
      const ids = [...(unread.get(noun) ?? [])].slice(0, maxRowsRead);
      return new Map([...(rows.get(noun) ?? []), ...(await readChanges(context, noun, ids))]);
    }),
  );
  return ofNouns.flatMap((ofNoun) => [...ofNoun.values()]);
}

async function readChanges<N extends LiveNoun>(
  context: Context,
  noun: N,
  ids: readonly string[],
): Promise<readonly (readonly [id: string, change: LiveRowChange<N>])[]> {
  if (ids.length === 0) return [];
  const { readMany }: Noun<LiveRow<N>> = nouns[noun];
  return (await readMany(context, ids)).map((row) => [row.id, { kind: noun, row }]);
}

/** Each change becomes text once, however many pages get it. */
function send(feed: Feed, topics: Topics, batch: Batch): void {
  const changesOf = sorter(feed, batch);
  const texts = new Map<LiveChange, string>();
  const textOf = (change: LiveChange) => {
    const text = texts.get(change) ?? JSON.stringify(change);
    texts.set(change, text);
    return text;
  };
  for (const { id, topic, page } of topics.subscriptions()) {
    const changes = changesOf(topic);
    if (changes?.length === 0) continue;
    page.behind ||= page.connection.backlog > maxBacklogBytes;
    if (page.behind) continue;
    if (changes === undefined) sendTo(page, { type: "resync", id, reason: "There are too many changes at once." });
    else page.connection.send(`{"type":"changes","id":${id},"changes":[${changes.map(textOf).join(",")}]}`);
  }
}

function catchUp(page: Page): void {
  if (!page.behind || page.connection.backlog > maxBacklogBytes / 2) return;
  page.behind = false;
  resync([page], "The page took changes too slowly.");
}

function resync(pages: Iterable<Page>, reason: string): void {
  for (const page of pages) {
    for (const id of page.subscriptions.keys()) sendTo(page, { type: "resync", id, reason });
  }
}

function sendTo({ connection }: Page, message: LiveMessage): void {
  connection.send(JSON.stringify(message));
}
