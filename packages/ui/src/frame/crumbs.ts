import { type LinkProps, useMatch } from "@tanstack/react-router";
import { useEffect, useSyncExternalStore } from "react";

/** The path above the page. The last crumb is the page itself, and its heading unless the page has its own. */
export interface Crumb {
  readonly label: string;
  readonly link?: Pick<LinkProps, "to" | "params" | "search">;
}

export interface Crumbs {
  readonly parts: readonly Crumb[];
  readonly ownHeading: boolean;
}

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    readonly crumbsAbove?: readonly Crumb[];
    /** Whether the page is shown without the frame around it. */
    readonly isAlone?: boolean;
  }
}

const none: readonly Crumb[] = [];

/** The parent pages, from the page's definition. */
export function useCrumbsAbove(): readonly Crumb[] {
  return useMatch({ strict: false, select: ({ staticData }) => staticData.crumbsAbove ?? none });
}

const listeners = new Set<() => void>();
let current: Crumbs = { parts: [], ownHeading: false };

export function useCrumbs(): Crumbs {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

export function useShowCrumbs(parts: readonly Crumb[], ownHeading: boolean): void {
  const key = JSON.stringify(parts);
  useEffect(() => {
    current = { parts: JSON.parse(key) as readonly Crumb[], ownHeading };
    for (const listener of listeners) listener();
  }, [key, ownHeading]);
}
