import { loadMenu } from "./components/menu.tsx";
import { pages } from "./pages.ts";
import { queryClient } from "./query-client.ts";

/** Parts of the frame that somebody may ask for. */
const frameParts = [loadMenu, () => import("./components/dialog.tsx")];

/** Room for the page that was asked for: what it shows first comes before what it may show one day. */
const restMs = 300;

/**
 * Fetches the other pages when this one is shown and nothing else is to do: they are small, open at once then, and open
 * also when the server is away or was replaced by a newer one, whose files have other names.
 */
export function fetchOtherPages(): void {
  const whenIdle = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 1000));
  const parts = [...pages.flatMap(({ load, later = [] }) => [load, ...later]), ...frameParts];
  const fetchWhenShown = () =>
    whenIdle(() => {
      if (queryClient.isFetching() > 0) setTimeout(fetchWhenShown, restMs);
      else void Promise.allSettled(parts.map((part) => part()));
    });
  addEventListener("load", () => setTimeout(fetchWhenShown, restMs));
}
