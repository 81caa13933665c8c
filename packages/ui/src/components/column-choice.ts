import { useMemo, useState } from "react";

interface Choosable {
  readonly id: string;
}

/** The columns of a list: those that its reader chose in this browser, or the usual ones. */
export function useColumnChoice<C extends Choosable>(
  columns: readonly C[],
  { storageKey, usual }: { readonly storageKey: string; readonly usual: readonly string[] },
) {
  const [own, setOwn] = useState(() => stored(storageKey));
  const wanted = (own ?? usual).join();
  const shown = useMemo(() => {
    const ids = wanted.split(",");
    return columns.filter(({ id }) => ids.includes(id));
  }, [columns, wanted]);
  const choose = (ids: readonly string[]) => {
    store(storageKey, ids);
    setOwn(ids);
  };
  return { shown, choose };
}

function stored(storageKey: string): readonly string[] | undefined {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "null");
    if (Array.isArray(ids)) return ids.map(String);
  } catch {
    // Unreadable or blocked storage means the usual columns.
  }
  return undefined;
}

function store(storageKey: string, ids: readonly string[]): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(ids));
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}
