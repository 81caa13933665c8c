import type { discardDeadLetters, readDeadLetters, retryDeadLetters } from "@ostinato/protocol";
import { queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";

export const deadLettersQuery = queryOptions({
  queryKey: ["dead-letters"],
  queryFn: ({ signal }) => call<typeof readDeadLetters>("GET /admin/dead-letters", { signal }),
});

export function retry(ids: readonly string[]) {
  return call<typeof retryDeadLetters>("POST /admin/dead-letters/retry", { body: { ids: [...ids] } });
}

export function discard(ids: readonly string[]) {
  return call<typeof discardDeadLetters>("POST /admin/dead-letters/discard", { body: { ids: [...ids] } });
}
