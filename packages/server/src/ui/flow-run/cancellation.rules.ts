import type { StateType } from "@ostinato/core";

interface ToldState {
  readonly type: StateType;
  readonly name: string;
  readonly message: string | null;
  readonly timestamp: string;
}

export interface Cancellation {
  /** Who or what cancelled the run, in one sentence. */
  readonly sentence: string;
  readonly asked: string;
}

/** Sentences that say how a run ended and not who asked for it, as Prefect's processes and servers write them. */
const ofTheEnd = [/^Flow run was cancelled successfully/, /^Flow run cancellation timed out/, /^Cancelled\. /];

/** Who cancelled a run, as far as it is known: by the message of the request, or else by the program that sent it. */
export function cancellationOf(states: readonly ToldState[], userAgent: string | undefined): Cancellation | null {
  const last = states.at(-1);
  if (last === undefined || !isCancellation(last)) return null;
  const before = states.findLastIndex((state) => !isCancellation(state));
  const [request = last] = states.slice(before + 1);
  const { message, timestamp } = request;
  const said = message === null || message.trim() === "" || ofTheEnd.some((end) => end.test(message)) ? null : message;
  return { sentence: said ?? sentenceOf(userAgent), asked: timestamp };
}

function isCancellation({ type }: ToldState): boolean {
  return type === "CANCELLING" || type === "CANCELLED";
}

function sentenceOf(userAgent: string | undefined): string {
  if (userAgent === undefined) return "Cancelled by its own process, or by the server, without a reason.";
  const prefect = /^prefect\/(\S+)/.exec(userAgent)?.[1];
  if (prefect !== undefined)
    return `Cancelled by Prefect's command line or a program with Prefect's client ${prefect}.`;
  if (/^Mozilla\//.test(userAgent)) return "Cancelled from a web browser.";
  if (/^(node|undici)$/.test(userAgent)) return "Cancelled by a program in Node.js, over the API.";
  const [product = userAgent] = userAgent.split(/[\s/]/);
  return `Cancelled by a program that calls itself "${product}", over the API.`;
}
