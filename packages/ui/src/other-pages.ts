import { loadMenu } from "./components/menu.tsx";
import { pages } from "./pages.ts";
import { queryClient } from "./query-client.ts";

/** Parts of the frame that are shown on demand. */
const frameParts = [loadMenu, () => import("./components/dialog.tsx")];

/** Lets the requested page load its own parts first. */
const restMs = 300;

/**
 * Loads the other pages when the browser is idle: they are small and then open at once, even when the server is away or was replaced by a
 * version whose files have other names.
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
