/** Deeper, and beyond so many, nobody looks for secrets. */
const deepest = 8;
const maxLeaves = 1000;

/**
 * The texts that are secret where the value is: itself, or those in its fields and elements (names of fields and keys are none); of an address with a
 * password also the password, which drivers show by itself.
 */
export function leavesOf(value: unknown): ReadonlySet<string> {
  const leaves = new Set<string>();
  // A number is secret where it is the whole: a port or a flag in a record is not.
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

/** Without blanks around it: files of secrets end with a line break, which what uses them leaves out. */
function collectText(text: string, leaves: Set<string>): void {
  const trimmed = text.trim();
  if (trimmed === "") return;
  leaves.add(trimmed);
  for (const password of passwordsIn(trimmed)) leaves.add(password);
}

/** As it stands in the address, and decoded. */
function passwordsIn(text: string): readonly string[] {
  const encoded = /^[a-z][\w+.-]*:\/\/[^/?#]*?:([^/?#]*)@/i.exec(text)?.[1] ?? "";
  if (encoded === "") return [];
  try {
    return [encoded, decodeURIComponent(encoded)];
  } catch {
    return [encoded];
  }
}

/** Text where they are one; else as they are written down. */
function collectBytes(bytes: Buffer, leaves: Set<string>): void {
  try {
    collectText(new TextDecoder("utf-8", { fatal: true }).decode(bytes), leaves);
  } catch {
    leaves.add(bytes.toString("base64")).add(bytes.toString("hex"));
  }
}
