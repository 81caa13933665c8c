import { keyOfLock } from "@ostinato/core";
import { Link } from "@tanstack/react-router";

/** Leads to where all holders and waiters stand, and where a slot can be freed. */
export function LimitLink({ limit, text }: { readonly limit: string; readonly text: string }) {
  return (
    <Link
      to="/concurrency-limits/$limit"
      params={{ limit }}
      dir="auto"
      title={limit}
      className="inline-block min-h-6 max-w-full min-w-0 truncate align-bottom leading-6 text-accent hover:underline"
    >
      {text}
    </Link>
  );
}

export function limitWaitedFor(limit: string): string {
  const key = keyOfLock(limit);
  if (key !== undefined) return `The transactions with the key ${key}`;
  return isOfDeployment(limit) ? "The limit of the deployment" : `The limit ${limit}`;
}

export function limitHeld(limit: string): string {
  const key = keyOfLock(limit);
  if (key !== undefined) return `the transaction key ${key}`;
  return isOfDeployment(limit) ? "a slot of its deployment" : limit;
}

function isOfDeployment(limit: string): boolean {
  return limit.startsWith("deployment:");
}
