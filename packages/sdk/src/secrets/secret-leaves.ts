/** The search for secrets stops at this depth and number of values. */
const deepest = 8;
const maxLeaves = 1000;

/**
 * The strings that are secret where the value is: itself, or those in its fields and elements, but not their names. Addresses with a
 * password also give the password, which drivers show alone.
 */
export function leavesOf(value: unknown): ReadonlySet<string> {
  const leaves = new Set<string>();
  // A number is secret only as the whole value: a port or a flag in a record is not.
  if (typeof value === "number" || typeof value === "bigint") leaves.add(String(value));
  else collect(value, leaves, 0);
  return leaves;
}

function collect(value: unknown, leaves: Set<string>, depth: number): void {
  if (typeof value === "string") collectText(value, leaves);
  else if (value instanceof URL) collectText(value.href, leaves);
  else if (ArrayBuffer.isView(value))
    collectBytes(Buffer.from(value.buffer, value.byteOffset, value.byteLength), leaves);
  else if (value instanceof ArrayBuffer) collectBytes(Buffer.from(value), leaves);
  else if (typeof value === "object" && value !== null && depth <= deepest) {
    for (const item of inside(value)) if (leaves.size < maxLeaves) collect(item, leaves, depth + 1);
  }
}

function inside(value: object): Iterable<unknown> {
  if (value instanceof Map) return value.values();
  return value instanceof Set ? value : Object.values(value);
}

/** Adds the text without surrounding whitespace too, because files of secrets end with a line break that their readers remove. */
function collectText(text: string, leaves: Set<string>): void {
  const trimmed = text.trim();
  if (trimmed === "") return;
  leaves.add(trimmed);
  for (const password of passwordsIn(trimmed)) leaves.add(password);
}

/** The passwords of addresses, encoded and decoded. */
function passwordsIn(text: string): readonly string[] {
  const encoded = /^[a-z][\w+.-]*:\/\/[^/?#]*?:([^/?#]*)@/i.exec(text)?.[1] ?? "";
  if (encoded === "") return [];
  try {
    return [encoded, decodeURIComponent(encoded)];
  } catch {
    return [encoded];
  }
}

/** Adds bytes as text where they are valid text, and otherwise in the usual encodings. */
function collectBytes(bytes: Buffer, leaves: Set<string>): void {
  try {
    collectText(new TextDecoder("utf-8", { fatal: true }).decode(bytes), leaves);
  } catch {
    leaves.add(bytes.toString("base64")).add(bytes.toString("hex"));
  }
}
