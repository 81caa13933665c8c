import { context } from "../context.ts";
import { UsageError } from "../errors.ts";
import type { ParameterSchema, ParametersOut } from "../inputs/parameters.ts";
import { aDuration, aName, checkOptions, shown } from "../run/option-checks.ts";
import { session } from "../session/session.ts";
import type { Messages, ReceiveOptions, SendOptions } from "./message-options.ts";

/**
 * Sends a message of JSON to a flow run, which takes it by `receive()`, or in Python by `receive_input()`. Rejects with a `UsageError` where
 * there is no such run.
 *
 * ```ts
 * import { send } from "ostinato";
 *
 * await send("01a2018e-6d99-7000-a55f-5e71a66aef09", { user: "kim", text: "go on" });
 * ```
 */
export async function send(flowRunId: string, message: unknown, options: SendOptions = {}): Promise<void> {
  checkOptions("send()", options, { type: aName });
  if (typeof flowRunId !== "string") {
    throw new UsageError(`send() takes the id of a flow run, and was given ${shown(flowRunId)}`);
  }
  const own = context.getStore()?.flowRun;
  const sender = own === undefined ? undefined : `prefect.flow-run.${own.id}`;
  const [{ sendMessage }, opened] = await Promise.all([import("./messaging.ts"), session()]);
  await sendMessage(opened, { flowRunId, message, type: options.type, sender });
}

/**
 * The messages that are sent to this flow run, one after the other: those that were there before, and then each as it comes.
 *
 * ```ts
 * import { flow, receive } from "ostinato";
 * import { z } from "zod";
 *
 * export const greeter = flow(async function greeter() {
 *   const names = receive(z.string(), { timeout: "1h" });
 *   for await (const name of names) {
 *     if (name === "") break;
 *     await names.respond(`Hello, ${name}!`);
 *   }
 * });
 * ```
 *
 * A message that the schema refuses rejects with a `MessageError`; the next `receive()` goes on after it. An attempt that begins anew receives all
 * messages again.
 */
export function receive<S extends ParameterSchema>(
  schema: S,
  options: ReceiveOptions = {},
): Messages<ParametersOut<S>> {
  checkOptions("receive()", options, { type: aName, timeout: aDuration });
  if (typeof schema !== "function" && (typeof schema !== "object" || schema === null)) {
    throw new UsageError(`receive() takes a schema, such as z.string(), and was given ${shown(schema)}`);
  }
  const { scope, flowRun, taskRun } = context.getStore() ?? {};
  if (flowRun === undefined || scope === undefined) {
    throw new UsageError(
      "receive() needs a flow run: call it from the function given to flow(), or from a task of the flow.",
    );
  }
  const receiver = { session: scope.session, scope, id: flowRun.id, signal: (taskRun ?? flowRun).signal };
  const opened = import("./messaging.ts").then(({ Inbox }) => new Inbox<ParametersOut<S>>(receiver, schema, options));
  return {
    sender: undefined,
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const inbox = await opened;
      const message = await inbox.next();
      Object.assign(this, { sender: inbox.sender });
      return message === undefined ? { done: true, value: undefined } : { done: false, value: message.value };
    },
    async return() {
      return { done: true, value: undefined };
    },
    async respond(reply, replyOptions) {
      const { sender } = this;
      if (sender !== undefined) return await send(sender, reply, replyOptions);
      throw new UsageError("respond() answers a flow run, and the last message was not sent by one.");
    },
  };
}
