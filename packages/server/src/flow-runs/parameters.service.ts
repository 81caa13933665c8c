import { parameterLimitBytes } from "@ostinato/protocol";
import { writeJson } from "../db/json-text.ts";
import { invalid } from "../kernel/errors.ts";

/** The parameters of a run as they are kept; too large ones are refused in words. */
export function parametersText(parameters: object): string {
  const text = writeJson(parameters);
  const bytes = Buffer.byteLength(text);
  if (bytes <= parameterLimitBytes) return text;
  const msg = `The parameters take ${bytes} bytes as JSON, and the maximum is ${parameterLimitBytes}. Keep large values elsewhere and pass a reference to them.`;
  throw invalid([{ type: "value_error", loc: ["body", "parameters"], msg }]);
}
