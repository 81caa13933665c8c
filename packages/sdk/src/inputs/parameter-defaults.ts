import { fieldTexts, parameterTexts, patternOf } from "./parameter-names.ts";

/**
 * Default values of a function's parameters, and of the fields that its first parameter destructures, where the source gives literals:
 * numbers, strings, true, false, null. Computed defaults are left out.
 */
export function literalDefaults(fn: (...args: never[]) => unknown): Map<string, unknown> {
  const defaults = new Map<string, unknown>();
  for (const text of parameterTexts(fn)) {
    const pattern = patternOf(text);
    for (const part of pattern === undefined ? [text] : fieldTexts(pattern)) {
      const match = /^([\p{ID_Start}$_][\p{ID_Continue}$]*)(?:\s*:[^=]*)?\s*=\s*(.+)$/su.exec(part);
      const value = match?.[2] === undefined ? undefined : literal(match[2].trim());
      if (match?.[1] !== undefined && value !== undefined) defaults.set(match[1], value);
    }
  }
  return defaults;
}

const words: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };

function literal(text: string): unknown {
  if (Object.hasOwn(words, text)) return words[text];
  if (/^-?\d[\d_]*n$/.test(text)) return BigInt(text.replace(/[_n]/g, ""));
  if (/^-?(?:\d[\d_]*)?\.?\d[\d_]*(?:e[+-]?\d+)?$/i.test(text)) return Number(text.replaceAll("_", ""));
  const quoted = /^(["'`])([^\\]*)\1$/s.exec(text);
  if (quoted?.[2] === undefined || quoted[2].includes(quoted[1] ?? "") || quoted[2].includes("${")) return undefined;
  return quoted[2];
}
