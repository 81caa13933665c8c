import { useNavigate } from "@tanstack/react-router";
import { useLayoutEffect, useRef } from "react";
import { isTyping } from "../components/typing.ts";
import { navPages } from "../pages.ts";

export const shortcuts = [
  { keys: "Ctrl K or ⌘ K", does: "Search for anything" },
  { keys: "/", does: "Go to the filter of the page" },
  ...navPages.map(({ nav }) => ({ keys: `g ${nav.shortcut}`, does: nav.label })),
  { keys: "j, k or ↓, ↑", does: "Next and previous row of a list" },
  { keys: "Enter", does: "Open the row" },
  { keys: "x, Shift x", does: "Select the row, or all up to it" },
  { keys: "←, →, Enter", does: "Go along the bars of a chart, open the run" },
  { keys: "Shift ←, →, Enter", does: "Mark a time in a chart, narrow to it" },
  { keys: "+, −, 0", does: "Zoom a timeline or a graph; show everything" },
  { keys: "Esc", does: "Close what is open; clear a selection" },
  { keys: "?", does: "This list" },
];

const sequenceMs = 1200;

/** Shortcuts of every page, inactive while the user types. */
export function useShortcuts(actions: { readonly onSearch: () => void; readonly onHelp: () => void }): void {
  const navigate = useNavigate();
  const latest = useRef(actions);
  latest.current = actions;
  // Before the frame is shown: whoever sees it can press the keys.
  useLayoutEffect(() => {
    let goPressed = 0;
    const handle = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        latest.current.onSearch();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      const page = navPages.find(({ nav }) => nav.shortcut === event.key);
      if (page !== undefined && event.timeStamp - goPressed < sequenceMs) {
        goPressed = 0;
        event.preventDefault();
        const search = page.nav.usualSearch?.get();
        void navigate({ to: page.path, ...(search === undefined ? {} : { search }) });
      } else if (event.key === "g") {
        goPressed = event.timeStamp;
      } else if (event.key === "/") {
        const field = document.querySelector<HTMLInputElement>("[data-page-search]");
        if (field === null) return;
        event.preventDefault();
        field.select();
      } else if (event.key === "?") {
        latest.current.onHelp();
      }
    };
    addEventListener("keydown", handle);
    return () => removeEventListener("keydown", handle);
  }, [navigate]);
}
