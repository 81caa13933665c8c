import { isNotFound } from "@ostinato/client";
import { durationSeconds, parseJson, randomId, withBigInts } from "@ostinato/core";
import type { FlowRunInput, filterFlowRunInput } from "@ostinato/protocol";
import { flowRunInputEvent } from "@ostinato/protocol/event-names";
import { MessageError, UsageError } from "../errors.ts";
import { checkJsonValue } from "../inputs/checked-value.ts";
import { jsonSchemaOf } from "../inputs/parameter-schema.ts";
import type { ParameterSchema } from "../inputs/parameters.ts";
import type { Scope } from "../scope.ts";
import { eventsOfRun, untilFound } from "../session/run-watch.ts";
import type { Session } from "../session/session.ts";
import type { ReceiveOptions } from "./message-options.ts";
import { isPlainType, keyPrefix, typeOfMessage, typesOfSchema } from "./message-types.ts";
import { keepInput } from "./run-inputs.ts";

export interface MessageToSend {
  readonly flowRunId: string;
  readonly message: unknown;
  readonly type: string | undefined;
  /** The resource that sends it. */
  readonly sender: string | undefined;
}

export async function sendMessage(
  session: Session,
  { flowRunId: id, message, type = typeOfMessage(message), sender }: MessageToSend,
): Promise<void> {
  const value = isPlainType(type) ? { value: message } : message;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(
      `A message of the type "${type}" is an object of fields: send(runId, { … }, { type: "${type}" })`,
    );
  }
  try {
    await keepInput({ session, id }, { key: `${keyPrefix(type)}${randomId()}`, value, sender });
  } catch (error) {
    throw isNotFound(error) ? new UsageError(`There is no flow run with the id ${id} to send a message to.`) : error;
  }
}

interface Receiver {
  readonly session: Session;
  readonly scope: Scope;
  /** The id of the flow run. */
  readonly id: string;
  readonly signal: AbortSignal;
}

/** The keys of the messages that an attempt has received, so that several loops don't receive the same ones. */
const receivedKeys = new WeakMap<Scope, Set<string>>();

const messagesPerRead = 50;
/** Prefect's servers do not tell of inputs. */
const untoldSeconds = 5;

/** The messages to a flow run that fit a schema. */
export class Inbox<T> {
  readonly #receiver: Receiver;
  readonly #schema: ParameterSchema;
  readonly #options: ReceiveOptions;
  readonly #received: Set<string>;
  #types: readonly string[] | undefined;
  #waiting: FlowRunInput[] = [];
  /** The id of the flow run that sent the last message. */
  sender: string | undefined;

  constructor(receiver: Receiver, schema: ParameterSchema, options: ReceiveOptions) {
    this.#receiver = receiver;
    this.#schema = schema;
    this.#options = options;
    this.#received = receivedKeys.get(receiver.scope) ?? new Set();
    receivedKeys.set(receiver.scope, this.#received);
  }

  /** The next message; undefined where none comes in time. */
  async next(): Promise<{ readonly value: T } | undefined> {
    const { session, id, signal } = this.#receiver;
    const { timeout } = this.#options;
    this.#types ??= this.#options.type === undefined ? await this.#typesOfSchema() : [this.#options.type];
    const found =
      (await this.#take()) ??
      (await untilFound(session, {
        seconds: timeout === undefined ? undefined : durationSeconds(timeout),
        signal,
        filter: eventsOfRun(id, { name: [flowRunInputEvent] }),
        ...(session.server === undefined ? { everySeconds: untoldSeconds } : {}),
        look: () => this.#take(),
      }));
    return found === undefined ? undefined : { value: await this.#read(found) };
  }

  async #typesOfSchema(): Promise<readonly string[]> {
    return typesOfSchema(await jsonSchemaOf(this.#schema));
  }

  async #take(): Promise<FlowRunInput | undefined> {
    const unread = () => this.#waiting.find(({ key }) => !this.#received.has(key));
    if (unread() === undefined) this.#waiting = await this.#find();
    const message = unread();
    if (message !== undefined) this.#received.add(message.key);
    return message;
  }

  /** Messages of all types, oldest first. */
  async #find(): Promise<FlowRunInput[]> {
    const { session, id } = this.#receiver;
    const found = await Promise.all(
      (this.#types ?? []).map((type) => {
        const prefix = keyPrefix(type);
        const exclude_keys = [...this.#received].filter((key) => key.startsWith(prefix));
        return session.client.call<typeof filterFlowRunInput>("POST /flow_runs/{id}/input/filter", {
          params: { id },
          body: { prefix, limit: messagesPerRead, exclude_keys },
        });
      }),
    );
    return found.flat().toSorted((one, other) => (one.created ?? "").localeCompare(other.created ?? ""));
  }

  async #read({ key, value, sender }: FlowRunInput): Promise<T> {
    const run = /^prefect\.flow-run\.(.+)$/.exec(sender ?? "");
    this.sender = run?.[1];
    const given = withBigInts(parseJson(value));
    const isWrapped = isPlainType(typeOfKey(key, this.#types ?? []));
    const checked = await checkJsonValue(
      this.#schema,
      isWrapped ? (given as { readonly value: unknown }).value : given,
    );
    if (checked.ok) return checked.value as T;
    throw new MessageError(checked.problems);
  }
}

function typeOfKey(key: string, types: readonly string[]): string {
  return types.find((type) => key.startsWith(keyPrefix(type))) ?? "";
}
