import { isNotFound } from "@ostinato/client";
import { compareTimestamps, durationSeconds, parseJson, randomId, withBigInts } from "@ostinato/core";
import type { FlowRunInput } from "@ostinato/protocol";
import { flowRunInputEvent } from "@ostinato/protocol/event-names";
import { MessageError, UsageError } from "../errors.ts";
import { checkJsonValue } from "../inputs/checked-value.ts";
import { jsonSchemaOf } from "../inputs/parameter-schema.ts";
import type { ParameterSchema } from "../inputs/parameters.ts";
import type { Scope } from "../scope.ts";
import { eventsOfRun, untilFound } from "../session/run-watch.ts";
import type { Session } from "../session/session.ts";
import { type Mailbox, mailboxOf } from "./mailbox.ts";
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

/** Prefect's servers do not tell of inputs. */
const untoldSeconds = 5;

/** The messages to a flow run that fit a schema. */
export class Inbox<T> {
  readonly #receiver: Receiver;
  readonly #schema: ParameterSchema;
  readonly #options: ReceiveOptions;
  #mailboxes: readonly Mailbox[] | undefined;
  /** The id of the flow run that sent the last message. */
  sender: string | undefined;

  constructor(receiver: Receiver, schema: ParameterSchema, options: ReceiveOptions) {
    this.#receiver = receiver;
    this.#schema = schema;
    this.#options = options;
  }

  /** The next message; undefined where none comes in time. */
  async next(): Promise<{ readonly value: T } | undefined> {
    const { session, id, signal } = this.#receiver;
    const { timeout } = this.#options;
    this.#mailboxes ??= await this.#openMailboxes();
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

  async #openMailboxes(): Promise<readonly Mailbox[]> {
    const { session, scope, id } = this.#receiver;
    const { type } = this.#options;
    const types = type === undefined ? typesOfSchema(await jsonSchemaOf(this.#schema)) : [type];
    return types.map((each) => mailboxOf({ session, scope, id }, each));
  }

  /** The oldest message of any of the types. */
  async #take(): Promise<Received | undefined> {
    const mailboxes = this.#mailboxes ?? [];
    await Promise.all(mailboxes.map((mailbox) => mailbox.fill()));
    const [first] = mailboxes
      .flatMap((mailbox) => (mailbox.oldest === undefined ? [] : { mailbox, created: mailbox.oldest.created }))
      .toSorted((one, other) => compareTimestamps(one.created, other.created));
    const input = first?.mailbox.take();
    return first === undefined || input === undefined ? undefined : { input, type: first.mailbox.type };
  }

  async #read({ input: { value, sender }, type }: Received): Promise<T> {
    const run = /^prefect\.flow-run\.(.+)$/.exec(sender ?? "");
    this.sender = run?.[1];
    const given = withBigInts(parseJson(value));
    const message = isPlainType(type) ? (given as { readonly value: unknown }).value : given;
    const checked = await checkJsonValue(this.#schema, message);
    if (checked.ok) return checked.value as T;
    throw new MessageError(checked.problems);
  }
}

interface Received {
  readonly input: FlowRunInput;
  readonly type: string;
}
