import type { Clock } from "@ostinato/core";
import { isTooSlow, mayTake, type Progress, stepBytes } from "./incoming-bytes.rules.ts";

/** A body or message that comes from a client. */
export interface Incoming {
  /** Sets the bytes of it in memory. Its source is paused while there is no room for more. */
  setBytes(bytes: number): void;
  /** Marks it as fully received, so that nothing waits for it; its bytes stay counted. */
  complete(): void;
  release(): void;
}

/** The connection that sends it. */
export interface Source {
  /** The address of the client. */
  readonly client: string;
  pause(): void;
  resume(): void;
  /** Called when it stalls. */
  tooSlow(): void;
}

export interface IncomingBytes {
  /** Bytes of everything that has begun to come and is not done with. */
  readonly taken: number;
  open(source: Source): Incoming;
}

interface Part {
  readonly source: Source;
  bytes: number;
  /** The bytes that it may have in memory before it asks again. */
  allowed: number;
  waiting: boolean;
  readonly progress: Progress;
}

const lookSeconds = 1;

/**
 * Bounds the memory that clients fill. Bytes are counted as they arrive, in steps, whatever length was announced. A source
 * without room is paused, so that its client waits. One of the waiting sources always continues, so that all finish: the first of
 * the client with the fewest bytes.
 */
export function createIncomingBytes({
  maxBytes,
  clock,
}: {
  readonly maxBytes: number;
  readonly clock: Clock;
}): IncomingBytes {
  /** Unfinished bodies and messages, in order of their start. */
  const coming = new Set<Part>();
  const ofClient = new Map<string, number>();
  let taken = 0;
  let favoured: Part | undefined;
  let cancelLook: (() => void) | undefined;

  function change(part: Part, bytes: number): void {
    const { client } = part.source;
    part.allowed += bytes;
    taken += bytes;
    const held = (ofClient.get(client) ?? 0) + bytes;
    if (held > 0) ofClient.set(client, held);
    else ofClient.delete(client);
  }

  function fits(part: Part): boolean {
    if (part === favoured) return true;
    const { client } = part.source;
    // The bytes of the favoured one do not make others wait.
    const beside = favoured?.allowed ?? 0;
    const own = (ofClient.get(client) ?? 0) - (favoured?.source.client === client ? beside : 0);
    return mayTake({ taken: taken - beside, own, maxBytes });
  }

  function wait(part: Part): void {
    part.waiting = true;
    part.source.pause();
    favour();
  }

  function favour(): void {
    if (favoured !== undefined) return;
    const own = ({ source }: Part) => ofClient.get(source.client) ?? 0;
    const waiting = [...coming].filter((part) => part.waiting);
    favoured = waiting.reduce<Part | undefined>(
      (least, each) => (least && own(least) <= own(each) ? least : each),
      undefined,
    );
    if (favoured !== undefined) letOn(favoured);
  }

  function letOn(part: Part): void {
    change(part, stepBytes);
    part.waiting = false;
    part.source.resume();
  }

  function letOnWhatFits(): void {
    for (const part of coming) if (part.waiting && fits(part)) letOn(part);
    favour();
  }

  function complete(part: Part): void {
    forget(part);
    change(part, part.bytes - part.allowed);
    if (part !== favoured) return;
    favoured = undefined;
    letOnWhatFits();
  }

  function lookAgain(): void {
    cancelLook ??= clock.after(lookSeconds, () => {
      cancelLook = undefined;
      for (const part of coming) {
        if (part.waiting || !isTooSlow(part.progress, part.bytes)) continue;
        complete(part);
        part.source.tooSlow();
      }
      if (coming.size > 0) lookAgain();
    });
  }

  function forget(part: Part): void {
    coming.delete(part);
    part.waiting = false;
    if (coming.size > 0) return;
    cancelLook?.();
    cancelLook = undefined;
  }

  return {
    get taken() {
      return taken;
    },
    open(source) {
      const part: Part = { source, bytes: 0, allowed: 0, waiting: false, progress: { mark: 0, quietLooks: 0 } };
      coming.add(part);
      lookAgain();
      return {
        setBytes(bytes) {
          part.bytes = bytes;
          if (!coming.has(part) || bytes <= stepBytes) change(part, Math.max(0, bytes - part.allowed));
          else if (bytes > part.allowed && !part.waiting) {
            change(part, bytes - part.allowed);
            if (fits(part)) change(part, stepBytes);
            else wait(part);
          }
        },
        complete: () => complete(part),
        release() {
          forget(part);
          change(part, -part.allowed);
          if (part === favoured) favoured = undefined;
          if (coming.size > 0) letOnWhatFits();
        },
      };
    },
  };
}
