import { QueryClient } from "@tanstack/react-query";

/** Data stays cached: a page shows it again at once, and refreshes it in the background when it is stale. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 4000,
      gcTime: 30 * 60_000,
      retry: false,
      // Changes arrive over the live connection, so focusing the window needs no refresh.
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
    },
  },
});
