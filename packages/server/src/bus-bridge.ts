import { addSeconds, isUuid, timeOrderedId } from "@ostinato/core";
import { type Event, type LiveNoun, type LiveRow, liveNouns } from "@ostinato/protocol";
import { type HintTopic, hintOf, isHintTopic, noticeOfHint } from "./bus-hints.ts";
import { readMany, receivedSince } from "./events/event-pages.service.ts";
import type { Bus, Change, Changed } from "./kernel/bus.ts";
import type { Context } from "./kernel/context.ts";
import { createOwnSigns } from "./kernel/own-signs.ts";
import { beatSeconds, createPeers } from "./kernel/peers.ts";
import type { Noun } from "./live/nouns.service.ts";

/** The subject of a notice. A receiver reads the row by its id, but for hints, which say everything in a word or two. */
type Topic = "event" | LiveNoun | `deleted ${LiveNoun}` | "wake" | "alive" | "stopped" | HintTopic;
type Notice = readonly [server: string, topic: Topic, ids: readonly string[]];

/** PostgreSQL carries less than 8000 bytes in one notice. Keys of tasks, which hints carry, may be long. */
const idsPerNotice = 100;
const maxNoticeBytes = 7500;
/** Changes that come together travel together. */
const gatherSeconds = 0.02;
/** Notices that wait to be read. Beyond it this server is too slow to follow, and leaves some out. */
const maxWaiting = 1000;
/** Where notices were missed, events are looked for from so long before. It covers the difference of the servers' clocks. */
const lookBackSeconds = 10;
/** A server whose own signs of life have been missing for so long hears nobody. */
const maxMissingSeconds = 2 * beatSeconds;

/** The bus of a server that is not the only one on its database. */
export interface BridgedBus extends Bus {
  /** Starts to receive notices of the other servers. */
  listen(context: Context): Promise<void>;
  /**
   * Tells the other servers that this one lives, and looks whether one of them is silent. One that died between a commit and its
   * notice has told nobody of the commit: the changes that others missed are found by their events. So are the changes of all
   * others while this server does not hear its own signs.
   */
  lookAfterPeers(): Promise<void>;
  /** Has other servers wake these consumers. */
  wakeElsewhere(names: readonly string[]): void;
  /** Sends the notices that are still waiting. */
  stop(): Promise<void>;
}

/**
 * Carries changes between the servers of one database, so that subscribers of one see the changes of another. Notices hold only
 * ids, so that changes of any size fit and no row is read without a subscriber.
 */
export function bridgeBus(local: Bus, { db, clock, log }: Pick<Context, "db" | "clock" | "log">): BridgedBus {
  const self = timeOrderedId(clock.now());
  const peers = createPeers(clock);
  const ownSigns = createOwnSigns(clock);
  const outbox = new Map<Topic, Set<string>>();
  let cancelFlush: (() => void) | undefined;
  let sending: Promise<void> = Promise.resolve();
  let hasSpoken = false;
  let waiting = 0;
  let reading: Promise<void> = Promise.resolve();
  let listening: Context | undefined;
  /** A server inside a program sends no signs of life. Others know it by its changes, and look for more when it is silent. */
  let isBeating = false;
  let stopped = false;
  /** When events were last looked for, and which were found: looks overlap. */
  let lookedAt = Number.NEGATIVE_INFINITY;
  let found: ReadonlySet<string> = new Set();

  function flush(): void {
    cancelFlush = undefined;
    const notices = [...outbox].flatMap(([topic, ids]) =>
      partsOf([...ids]).map((part) => JSON.stringify([self, topic, part] satisfies Notice)),
    );
    outbox.clear();
    if (notices.length > 0) void send(notices);
  }

  /** Sends one after the other: connections side by side would let one notice overtake another. */
  function send(notices: readonly string[]): Promise<void> {
    hasSpoken = true;
    sending = sending.then(() => db.notices.send(notices));
    return sending;
  }

  function sendSign(sign: "alive" | "stopped"): Promise<void> {
    return send([JSON.stringify([self, sign, []] satisfies Notice)]);
  }

  function notify([topic, ids]: readonly [topic: Topic, ids: readonly string[]]): void {
    const waiting = outbox.get(topic) ?? new Set();
    outbox.set(topic, waiting);
    for (const id of ids) waiting.add(id);
    cancelFlush ??= clock.after(gatherSeconds, flush);
  }

  /** Reads one notice after another, to keep the order in which they were sent. */
  function read(context: Context, topic: Topic, ids: readonly string[]): void {
    if (waiting >= maxWaiting) {
      if (waiting === maxWaiting)
        log.warn("other servers send changes faster than this one reads them: pages here may miss some");
      return;
    }
    waiting += 1;
    reading = reading
      .then(async () => {
        const changes = await changesOf(context, topic, ids);
        if (!stopped) local.publish(changes);
      })
      .catch((error: unknown) => log.warn({ err: error, topic }, "a change of another server could not be read"))
      .finally(() => {
        waiting -= 1;
      });
  }

  function receive(context: Context, message: string): void {
    const [server, topic, ids] = JSON.parse(message) as Notice;
    if (server === self) return void ownSigns.cameBack();
    if (topic === "stopped") peers.left(server);
    // A server that has just begun does not know this one yet.
    else if (peers.heard(server) && isBeating) void sendSign("alive");
    if (topic === "alive" || topic === "stopped") return;
    if (topic === "wake") context.outbox.wakeNamed(ids);
    else if (local.watched) read(context, topic, ids);
  }

  /** Finds the changes of the last seconds by their events. */
  async function catchUp(context: Context, seconds: number): Promise<void> {
    if (stopped || !local.watched) return;
    const now = clock.elapsed();
    const unseenSeconds = Math.min(seconds, now - lookedAt);
    const events = await receivedSince(context, addSeconds(clock.now(), -unseenSeconds - lookBackSeconds));
    const missed = events.filter(({ id }) => !found.has(id));
    lookedAt = now;
    found = new Set(events.map(({ id }) => id));
    for (const part of partsOf(missed.map(({ id }) => id))) read(context, "event", part);
    for (const noun of Object.keys(liveNouns) as LiveNoun[]) {
      for (const part of partsOf([...idsNamed(missed, noun)])) read(context, noun, part);
    }
  }

  /** Seconds for which this server has not heard itself, where that is too long. Has it listen on another connection. */
  function takeDeafness(): number {
    const seconds = ownSigns.missingSeconds();
    if (seconds < maxMissingSeconds) return 0;
    db.notices.renew();
    return seconds;
  }

  return {
    get watched() {
      return local.watched;
    },
    subscribe: (listener) => local.subscribe(listener),
    publish(changes) {
      local.publish(changes);
      for (const change of changes) notify(noticeOf(change));
    },
    async lookAfterPeers() {
      isBeating = true;
      const missedSeconds = Math.max(takeDeafness(), peers.takeSilence());
      ownSigns.sent();
      await sendSign("alive");
      if (missedSeconds > 0 && listening !== undefined) await catchUp(listening, missedSeconds);
    },
    wakeElsewhere: (names) => notify(["wake", names]),
    async listen(context) {
      listening = context;
      const resumed = (deafSeconds: number) => {
        catchUp(context, Math.max(deafSeconds, ownSigns.missingSeconds())).catch((error: unknown) =>
          log.warn({ err: error }, "missed events could not be read"),
        );
      };
      await db.notices.listen((message) => receive(context, message), resumed);
    },
    async stop() {
      stopped = true;
      cancelFlush?.();
      flush();
      if (hasSpoken) void sendSign("stopped");
      await Promise.all([sending, reading]);
    },
  };
}

function partsOf(ids: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [];
  let bytes = 0;
  for (const id of ids) {
    const size = Buffer.byteLength(JSON.stringify(id)) + 1;
    const last = parts.at(-1);
    if (last === undefined || last.length === idsPerNotice || bytes + size > maxNoticeBytes) {
      parts.push([id]);
      bytes = size;
    } else {
      last.push(id);
      bytes += size;
    }
  }
  return parts;
}

/** Ids of the rows of a noun that the events name. */
function idsNamed(missed: readonly Event[], noun: LiveNoun): ReadonlySet<string> {
  const prefix = `prefect.${noun}.`;
  const names = missed.map(({ resource }) => resource["prefect.resource.id"] ?? "");
  return new Set(
    names
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length))
      .filter(isUuid),
  );
}

function noticeOf(change: Change): readonly [topic: Topic, ids: readonly string[]] {
  switch (change.kind) {
    case "event":
      return ["event", [change.event.id]];
    case "deleted":
      return [`deleted ${change.noun}`, change.ids];
    case "changed":
      return [change.noun, change.ids];
    default:
      return noticeOfHint(change);
  }
}

/** Ignores topics that only a newer server on the same database knows. */
async function changesOf(context: Context, topic: string, ids: readonly string[]): Promise<readonly Change[]> {
  if (topic === "event") return (await readMany(context, ids)).map((event) => ({ kind: "event", event }));
  if (isHintTopic(topic)) return ids.map((text) => hintOf(topic, text));
  const noun = topic.replace(/^deleted /, "");
  if (!isNoun(noun)) return [];
  return [topic === noun ? await changedBy(context, noun, ids) : { kind: "deleted", noun, ids }];
}

function isNoun(name: string): name is LiveNoun {
  return Object.hasOwn(liveNouns, name);
}

async function changedBy<N extends LiveNoun>(context: Context, noun: N, ids: readonly string[]): Promise<Changed<N>> {
  // A server inside a program has nobody who watches, and the nouns are half of the server.
  const { nouns } = await import("./live/nouns.service.ts");
  const { readMany: readRows, readAtDelivery }: Noun<LiveRow<N>> = nouns[noun];
  return { kind: "changed", noun, ids, rows: readAtDelivery === true ? undefined : await readRows(context, ids) };
}
