import { useState } from "react";

const storageKey = "ostinato.log-wrap";

/** Whether long lines wrap, as the user chose in this browser. */
export function useWrap(): readonly [boolean, (wrap: boolean) => void] {
  const [wrap, setWrap] = useState(storedWrap);
  return [
    wrap,
    (next) => {
      setWrap(next);
      try {
        localStorage.setItem(storageKey, next ? "on" : "off");
      } catch {
        // Without storage the choice lasts as long as the page.
      }
    },
  ];
}

function storedWrap(): boolean {
  try {
    return localStorage.getItem(storageKey) !== "off";
  } catch {
    return true;
  }
}
