import type { ProposingClient } from "../orchestration/slots.ts";

/** From this version on Prefect's client renews the leases on slots of its run. */
const renewsFrom = [3, 4, 11] as const;
/** Their workers took the slots of a deployment themselves. */
const takingSlots: readonly string[] = ["3.0.0rc20", "3.0.0", "3.0.1", "3.0.2", "3.0.3"];

/** The version in the header by which Prefect's client says who it is: `prefect/3.9.1 (API 0.8.4)`. */
export function versionOfClient(userAgent: string | readonly string[] | undefined): string | undefined {
  return String(userAgent ?? "").match(/^prefect\/(\d+\.\d+\.\d+(?:[a-z.+]+\w*)?) /)?.[1];
}

const maxUserAgent = 200;

/** The header by which any client says what it is, as far as it is kept. */
export function userAgentOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" && header !== "" ? header.slice(0, maxUserAgent) : undefined;
}

/** The name in the header by which workers of Prefect say who they are. */
export function workerOfClient(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" && header !== "" ? header : undefined;
}

export function proposingClient(version: string | undefined): ProposingClient {
  return {
    renewsLeases: version !== undefined && isAtLeast(version, renewsFrom),
    takesSlots: version !== undefined && takingSlots.includes(version),
  };
}

function isAtLeast(version: string, [major, minor, patch]: typeof renewsFrom): boolean {
  const [a = 0, b = 0, c = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  if (a !== major) return a > major;
  return b === minor ? c >= patch : b > minor;
}
