import { ExactNumber } from "./exact-json.ts";

/** The key under which an object that is not a value of JSON says how Python would write it. */
export const pythonForm = Symbol("Python form");

/** A value of JSON as Python's `str` writes it: a string is itself. */
export function pythonString(value: unknown): string {
  return typeof value === "string" ? value : pythonText(value);
}

/** A value of JSON as Python's `repr` writes it: in the reasons that Python's `jsonschema` gives. */
export function pythonText(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return quoted(value);
  if (typeof value === "bigint") return String(value);
  if (value instanceof ExactNumber) return value.isInteger ? String(BigInt(value.text)) : floatText(Number(value));
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : floatText(value);
  if (typeof value === "object" && pythonForm in value) return String(value[pythonForm]);
  if (Array.isArray(value)) return `[${value.map(pythonText).join(", ")}]`;
  const parts = Object.entries(value).map(([key, part]) => `${quoted(key)}: ${pythonText(part)}`);
  return `{${parts.join(", ")}}`;
}

/** Quotes as Python does: single quotes, unless the text has some and no double ones. Unprintable characters are escaped. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll(quote, `\\${quote}`)
    .replace(/[\p{C}\p{Z}]/gu, (character) => (character === " " ? " " : code(character)));
  return `${quote}${escaped}${quote}`;
}

const shortCodes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function code(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const digits = point.toString(16);
  const long = point < 0x1_0000 ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
  return shortCodes[character] ?? (point < 0x100 ? `\\x${digits.padStart(2, "0")}` : long);
}

/** Python writes exponents from 1e16 on and below 1e-4, with two digits at least, and a fraction always. */
function floatText(number: number): string {
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  const [mantissa = "", exponent = ""] = number.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 16) return Number.isInteger(number) ? `${number}.0` : String(number);
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
