import { isOwnError, ThrownValue } from "../errors.ts";
import { redact } from "../secrets/redaction.ts";
import { cut, type FailureParts, failureParts, fieldText, isError } from "./failure-parts.ts";
import { shownStack } from "./internal-frames.ts";

const maxDepth = 6;
const maxErrors = 5;
const maxCause = 2 * 1024;
const maxTelling = 300;
const maxField = 500;
const maxStack = 4 * 1024;

/** Fields in which services report the reason. The stack contains the others. */
const reasonFields: readonly string[] = ["code", "status", "statusCode", "detail", "details", "hint", "reason"];

/**
 * The reason of a failure in one text, without secrets: the message, the services' fields, and the causes, as `fetch failed (cause: connect
 * ECONNREFUSED 127.0.0.1:9)`.
 */
export function failureMessage(thrown: unknown): string {
  return messageOf(thrown, []);
}

function messageOf(thrown: unknown, above: readonly unknown[]): string {
  if (typeof thrown !== "object" || thrown === null) return fieldText(thrown, maxCause).replace(/^'(.*)'$/s, "$1");
  const parts = failureParts(thrown);
  const own = redact(parts.message);
  // Ostinato's own messages already contain the cause.
  if (isOwnError(thrown)) return own;
  const causes =
    above.length === maxDepth ? [] : causeTexts(thrown, parts, above).filter(([, text]) => !mentions(own, text));
  const soFar = [own, ...causes.map(([, text]) => text)].join("\n");
  const more = [
    ...reasonTexts(parts, soFar),
    ...causes.map(([label, text]) => (own === "" ? text : `${label}${text}`)),
  ];
  if (own !== "") return more.length === 0 ? own : `${own} (${more.join("; ")})`;
  if (more.length > 0) return more.join("; ");
  return isError(thrown) ? unnamed(parts) : fieldText(thrown, maxCause);
}

function causeTexts(
  thrown: object,
  { cause, errors }: FailureParts,
  above: readonly unknown[],
): (readonly [string, string])[] {
  const path = [...above, thrown];
  const texts = (causes: readonly unknown[], label: string) =>
    causes
      .filter((each) => !path.includes(each))
      .map((each) => [label, cut(messageOf(each, path), maxCause)] as const)
      .filter(([, text]) => text !== "");
  const own = cause === undefined || cause === null || thrown instanceof ThrownValue ? [] : texts([cause], "cause: ");
  const all = texts(errors.slice(0, maxErrors), "");
  if (all.length > 0 && errors.length > maxErrors) all.push(["", `and ${errors.length - maxErrors} more errors`]);
  return [...own, ...all];
}

/** Fields whose value is not yet in a message. */
function reasonTexts({ fields }: FailureParts, soFar: string): string[] {
  return fields
    .filter(([name, value]) => reasonFields.includes(name) && value !== null && value !== "" && value !== false)
    .map(([name, value]) => [name, textOf(value)] as const)
    .filter(([, text]) => !mentions(soFar, text))
    .map(([name, text]) => `${name}: ${text}`);
}

/** Whether the text already contains the value as a word; `40 s` does not contain `4`. */
function mentions(text: string, part: string): boolean {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    if (
      !/\w\w/.test(`${text[at - 1] ?? " "}${part[0]}`) &&
      !/\w\w/.test(`${part.at(-1)}${text[at + part.length] ?? " "}`)
    )
      return true;
  }
  return false;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? cut(redact(value), maxTelling) : fieldText(value, maxTelling);
}

function unnamed({ name }: FailureParts): string {
  return name === "Error" ? "" : name;
}

/** The stack of an error with its fields, and the stacks of its causes. Without secrets. */
export function failureStack(thrown: unknown): string {
  return stackLines(thrown, []).join("\n");
}

function stackLines(thrown: unknown, above: readonly unknown[]): string[] {
  if (typeof thrown !== "object" || thrown === null) return [fieldText(thrown, maxField)];
  const parts = failureParts(thrown);
  const { fields, cause, errors, stack } = parts;
  const lines = [
    stack === undefined ? (isError(thrown) ? heading(parts) : fieldText(thrown, maxField)) : ownStack(parts, stack),
  ];
  const isOwn = isOwnError(thrown);
  if (stack !== undefined || isError(thrown)) {
    for (const [name, value] of fields) {
      if (!(isOwn && name === "code")) lines.push(`  ${name}: ${fieldText(value, maxField)}`);
    }
  }
  if (above.length === maxDepth) return lines;
  const path = [...above, thrown];
  errors.slice(0, maxErrors).forEach((error, index) => {
    if (!path.includes(error))
      lines.push(prefixed(`Error ${index + 1} of ${errors.length}: `, stackLines(error, path)));
  });
  const hasCause = cause !== undefined && cause !== null && !path.includes(cause) && !(thrown instanceof ThrownValue);
  if (hasCause) lines.push(prefixed("Caused by: ", stackLines(cause, path)));
  return lines;
}

function prefixed(prefix: string, lines: readonly string[]): string {
  return `${prefix}${lines.join("\n")}`;
}

/** A long message would leave no room for the frames after it. */
function ownStack(parts: FailureParts, stack: string): string {
  const { message } = parts;
  const shown = redact(message);
  let text = redact(stack);
  // V8 writes the stack when the error is created; the message may have changed since.
  if (!text.includes(shown)) text = `${heading(parts)}\n${text}`;
  if (shown.length > maxCause) text = text.replace(shown, () => cut(shown, maxCause));
  return cut(text, maxStack);
}

function heading({ name, message }: FailureParts): string {
  return message === "" ? name : `${name}: ${cut(redact(message), maxCause)}`;
}

/** The text for a log: the stack as people read it, preceded by the message where it says more than the stack's first line. */
export function failureReport(error: Error): string {
  const message = failureMessage(error);
  const stack = shownStack(failureStack(error));
  return stack.includes(message) ? stack : `${message}\n${stack}`;
}
