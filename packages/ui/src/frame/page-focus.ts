import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

/** A page that is not there after this time is slow enough to be looked at without the focus. */
const patienceMs = 3000;

/**
 * Moves the focus to the heading of a page that was opened, and on the way back to the link by which it was left: the row of a list. Where
 * the reader has moved the focus themselves meanwhile, it stays.
 */
export function usePageFocus(): void {
  const router = useRouter();
  useEffect(() => {
    /** By the address of a page, the address of the link by which it was left. */
    const left = new Map<string, string>();
    let giveUp = () => {};
    const stopBefore = router.subscribe("onBeforeNavigate", ({ fromLocation, pathChanged }) => {
      if (!pathChanged || fromLocation === undefined) return;
      const link = document.activeElement?.closest<HTMLAnchorElement>("#main a[href]") ?? null;
      if (link !== null) left.set(fromLocation.href, addressOf(link));
    });
    const stopAfter = router.subscribe("onResolved", ({ fromLocation, toLocation, pathChanged }) => {
      if (!pathChanged || fromLocation === undefined) return;
      giveUp();
      const address = left.get(toLocation.href);
      left.delete(toLocation.href);
      giveUp = focusWhenThere(address === undefined ? heading : () => linkTo(address));
    });
    return () => {
      stopBefore();
      stopAfter();
      giveUp();
    };
  }, [router]);
}

/** The page's own heading, or its name in the path above it. */
function heading(): HTMLElement | undefined {
  return document.querySelector<HTMLElement>("#main h1") ?? document.querySelector<HTMLElement>("h1") ?? undefined;
}

/** The link of a row, before one of a chart to the same page. */
function linkTo(address: string): HTMLElement | undefined {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("#main a[href]")].filter(
    (link) => addressOf(link) === address,
  );
  return links.find((link) => link.closest("[data-row]") !== null) ?? links[0];
}

function addressOf({ pathname, search }: HTMLAnchorElement): string {
  return pathname + search;
}

/**
 * Keeps the focus on what is found while the page is being drawn, since a first heading may give way to another. Gives a function that
 * ends this.
 */
function focusWhenThere(find: () => HTMLElement | undefined): () => void {
  let owner = document.activeElement;
  const follow = () => {
    const { activeElement } = document;
    const isMoved = activeElement !== owner && activeElement !== document.body && activeElement !== null;
    if (isMoved) return stop();
    const element = find();
    if (element === undefined || element === activeElement) return;
    if (element.tabIndex < 0) element.tabIndex = -1;
    element.focus({ preventScroll: true });
    owner = element;
  };
  const observer = new MutationObserver(follow);
  const timer = setTimeout(() => stop(), patienceMs);
  const stop = () => {
    observer.disconnect();
    clearTimeout(timer);
  };
  observer.observe(document.body, { childList: true, subtree: true });
  follow();
  return stop;
}
