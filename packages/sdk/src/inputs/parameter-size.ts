import { ExactNumber } from "@ostinato/core";
import { parameterLimitBytes } from "@ostinato/protocol/limits";
import { UsageError } from "../errors.ts";

/** Refuses parameters that are too large for the server, before they are encoded. */
export function checkParameterSize(flowName: string, recorded: Readonly<Record<string, unknown>>): void {
  const fits = minCharacters(recorded) <= parameterLimitBytes && bytesOf(recorded) <= parameterLimitBytes;
  if (fits) return;
  throw new UsageError(
    `The parameters of flow "${flowName}" take more than ${parameterLimitBytes} bytes as JSON: keep large values elsewhere, and pass where they are`,
  );
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** The minimal JSON length of a value, counted no further than the limit. */
function minCharacters(value: unknown): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null || value instanceof ExactNumber) return 1;
  let characters = 2;
  for (const [key, item] of Object.entries(value)) {
    characters += (Array.isArray(value) ? 1 : key.length + 3) + minCharacters(item);
    if (characters > parameterLimitBytes) break;
  }
  return characters;
}
