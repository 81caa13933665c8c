import { QueryClient } from "@tanstack/react-query";

/** What was read stays: a page shows it again at once, and reads anew behind it when it is no longer fresh. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 4000,
      gcTime: 30 * 60_000,
      retry: false,
      // Changes come over the live connection, so looking at the window again is no reason to read again.
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
    },
  },
});
