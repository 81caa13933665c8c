import type { readServerPage } from "@ostinato/protocol";
import { queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";

export const serverQuery = queryOptions({
  queryKey: ["server"],
  queryFn: ({ signal }) => call<typeof readServerPage>("GET /ui/server", { signal }),
});
