import { addressProblem } from "@ostinato/messages/addresses";
import type { Problem } from "../kernel/errors.ts";
import type { JsonObject } from "../user-input/json-types.rules.ts";

/** What a schema can't say of the values of a type that this server brings. Mail to a wrong address would be lost without a word. */
export function problemsOfValues(type: unknown, { to, sender }: JsonObject): readonly Problem[] {
  if (type !== "email") return [];
  const ofSender = sender === undefined || sender === null || sender === "" ? undefined : addressProblem(sender);
  return [...problem("to", addressProblem(to ?? []), to), ...problem("sender", ofSender, sender)];
}

function problem(field: string, msg: string | undefined, input: unknown): readonly Problem[] {
  return msg === undefined ? [] : [{ type: "value_error", loc: ["body", "data", field], msg, input }];
}
