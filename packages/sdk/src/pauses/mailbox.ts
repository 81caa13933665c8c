import { addSeconds, compareTimestamps, formatTimestamp, toTimestamp } from "@ostinato/core";
import type { FlowRunInput, filterFlowRunInput } from "@ostinato/protocol";
import type { Scope } from "../scope.ts";
import type { Session } from "../session/session.ts";
import { keyPrefix } from "./message-types.ts";

interface Address {
  readonly session: Session;
  readonly scope: Scope;
  /** The id of the flow run. */
  readonly id: string;
}

/** By attempt and type, so that several loops don't receive the same messages. */
const mailboxes = new WeakMap<Scope, Map<string, Mailbox>>();

export function mailboxOf(address: Address, type: string): Mailbox {
  const known = mailboxes.get(address.scope) ?? new Map<string, Mailbox>();
  mailboxes.set(address.scope, known);
  const mailbox = known.get(type) ?? new Mailbox(address, type);
  known.set(type, mailbox);
  return mailbox;
}

const messagesPerRead = 200;
/** A message may become visible so much later than one that was sent after it. */
const maxDelaySeconds = 60;
/** So many of the last messages are known again. */
const maxKnown = 500;
const firstId = "00000000-0000-0000-0000-000000000000";

/** The messages of one type to an attempt of a flow run, oldest first. */
export class Mailbox {
  readonly type: string;
  readonly #address: Address;
  readonly #prefix: string;
  #unread: FlowRunInput[] = [];
  /** The last messages that were read from the server: all of them where that is one of Prefect, which knows no place to go on from. */
  #known: FlowRunInput[] = [];
  #filling: Promise<void> | undefined;

  constructor(address: Address, type: string) {
    this.#address = address;
    this.type = type;
    this.#prefix = keyPrefix(type);
  }

  get oldest(): FlowRunInput | undefined {
    return this.#unread[0];
  }

  take(): FlowRunInput | undefined {
    return this.#unread.shift();
  }

  /** Reads further messages where none is left. */
  async fill(): Promise<void> {
    if (this.#unread.length > 0) return;
    this.#filling ??= this.#read().finally(() => {
      this.#filling = undefined;
    });
    await this.#filling;
  }

  async #read(): Promise<void> {
    const found = await this.#find();
    this.#unread.push(...found);
    const known = [...this.#known, ...found];
    this.#known = this.#address.session.server === undefined ? known : known.toSorted(inOrder).slice(-maxKnown);
  }

  async #find(): Promise<readonly FlowRunInput[]> {
    if (this.#address.session.server === undefined) return await this.#ask({ exclude_keys: keysOf(this.#known) });
    const last = this.#known.at(-1);
    if (last === undefined) return await this.#ask({});
    const further = await this.#ask({ after: place(last) });
    return further.length > 0 ? further : await this.#findLate(last);
  }

  /** Messages that have become visible after later ones. */
  async #findLate(last: FlowRunInput): Promise<readonly FlowRunInput[]> {
    const [first = last] = this.#known;
    const since = formatTimestamp(addSeconds(toTimestamp(last.created), -maxDelaySeconds));
    const isWhole = this.#known.length < maxKnown || compareTimestamps(first.created, since) < 0;
    const after = isWhole ? { created: since, id: firstId } : place(first);
    return await this.#ask({ after, exclude_keys: keysOf(this.#known) });
  }

  async #ask(more: { readonly after?: Place; readonly exclude_keys?: string[] }): Promise<readonly FlowRunInput[]> {
    const { session, id } = this.#address;
    return await session.client.call<typeof filterFlowRunInput>("POST /flow_runs/{id}/input/filter", {
      params: { id },
      body: { prefix: this.#prefix, limit: messagesPerRead, ...more },
    });
  }
}

interface Place {
  readonly created: string;
  readonly id: string;
}

function place({ created, id }: FlowRunInput): Place {
  return { created, id };
}

function inOrder(one: FlowRunInput, other: FlowRunInput): number {
  return compareTimestamps(one.created, other.created) || one.id.localeCompare(other.id);
}

function keysOf(inputs: readonly FlowRunInput[]): string[] {
  return inputs.map(({ key }) => key);
}
