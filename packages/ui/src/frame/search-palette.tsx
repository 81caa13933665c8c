import type { search } from "@ostinato/protocol";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Dialog as Primitive } from "radix-ui";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { call } from "../api/api.ts";
import type { SearchHit } from "../api/types.ts";
import { copyText } from "../components/copy.tsx";
import { Icon, type IconName } from "../components/icon.tsx";
import { hitPages, navPages } from "../pages.ts";
import { StateIcon } from "../runs/state.tsx";
import { useThemeChoice } from "../theme.ts";

interface Choice {
  readonly key: string;
  readonly group: string;
  readonly label: string;
  readonly detail: string | null;
  readonly icon: IconName;
  readonly hit?: SearchHit;
  readonly go: () => void;
}

interface Props {
  readonly onClose: () => void;
  readonly onHelp: () => void;
}

/** Finds flows, runs, artifacts, pages and actions by name or id; everything by keyboard. */
export function SearchPalette({ onClose, onHelp }: Props) {
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const query = useRested(text.trim());
  const hits = useQuery({
    queryKey: ["search", query],
    enabled: query !== "",
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call<typeof search>("GET /ui/search", { query: { q: query, limit: 24 }, signal }),
  });
  const typed = text.trim().toLowerCase();
  const places = usePlaces(query === "" ? [] : (hits.data?.hits ?? []), typed);
  const actions = useActions(onHelp).filter(({ label }) => label.toLowerCase().includes(typed));
  const choices = [...places, ...actions];
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text starts at the first choice again
  useEffect(() => setActive(0), [text]);
  useEffect(() => {
    list.current?.querySelector(`[data-index="${active}"]`)?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const choose = (choice: Choice | undefined) => {
    if (choice === undefined) return;
    onClose();
    choice.go();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && choices.length > 0) {
      event.preventDefault();
      setActive((active + step + choices.length) % choices.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(choices[active]);
    }
  };
  return (
    <Primitive.Root open onOpenChange={(open) => open || onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Primitive.Content
          aria-describedby={undefined}
          className="pop-in fixed top-[10vh] left-1/2 z-50 flex max-h-[70vh] w-[calc(100vw-24px)] max-w-xl -translate-x-1/2 flex-col overflow-hidden rounded-lg border bg-surface shadow-pop"
        >
          <Primitive.Title className="sr-only">Search</Primitive.Title>
          <div className="flex h-11 shrink-0 items-center gap-2.5 border-b px-3.5">
            <Icon name="search" className="text-faint" />
            <input
              role="combobox"
              aria-expanded="true"
              aria-controls={listId}
              aria-activedescendant={choices[active] === undefined ? undefined : `${listId}-${active}`}
              aria-label="Search flows, runs, artifacts, pages and actions"
              placeholder="Flows, runs, artifacts, pages, actions; a name or an id"
              value={text}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={onKeyDown}
              className="h-full min-w-0 flex-1 bg-transparent text-base focus-visible:outline-none"
            />
          </div>
          <div
            ref={list}
            id={listId}
            role="listbox"
            aria-label="Found"
            className="min-h-0 flex-1 overflow-y-auto p-1.5"
          >
            {choices.map((choice, index) => (
              <div key={choice.key} role="presentation">
                {choice.group === choices[index - 1]?.group ? null : (
                  <div role="presentation" className="px-2 pt-2 pb-1 text-2xs font-medium text-faint">
                    {choice.group}
                  </div>
                )}
                {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the field, as a combobox does */}
                <div
                  role="option"
                  tabIndex={-1}
                  id={`${listId}-${index}`}
                  data-index={index}
                  aria-selected={index === active}
                  onClick={() => choose(choice)}
                  onMouseMove={() => index === active || setActive(index)}
                  className={`flex h-8 cursor-default items-center gap-2.5 rounded-md px-2 ${index === active ? "bg-hover" : ""}`}
                >
                  {choice.hit?.state_type === undefined || choice.hit.state_type === null ? (
                    <Icon name={choice.icon} className="text-muted" />
                  ) : (
                    <StateIcon type={choice.hit.state_type} name={choice.hit.state_name} />
                  )}
                  <span className="min-w-0 truncate">{choice.label}</span>
                  {choice.detail === null ? null : (
                    <span className="ml-auto max-w-[45%] truncate text-xs text-faint">{choice.detail}</span>
                  )}
                </div>
              </div>
            ))}
            {choices.length === 0 ? (
              <p className="px-2 py-6 text-center text-muted">
                {hits.isFetching ? "Searching…" : `Nothing is called “${query}”.`}
              </p>
            ) : null}
          </div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

function useActions(onHelp: () => void): readonly Choice[] {
  const [theme, chooseTheme] = useThemeChoice();
  const action = (label: string, icon: IconName, go: () => void): Choice => ({
    key: label,
    group: "Do",
    label,
    detail: null,
    icon,
    go,
  });
  const themes = [
    { choice: "light", ...action("Use the light theme", "sun", () => chooseTheme("light")) },
    { choice: "dark", ...action("Use the dark theme", "moon", () => chooseTheme("dark")) },
    { choice: "system", ...action("Use the theme of the system", "monitor", () => chooseTheme("system")) },
  ].filter(({ choice }) => choice !== theme);
  return [
    action("Copy the address of this page", "link", () => void copyText(location.href)),
    ...themes,
    action("Show the keyboard shortcuts", "keyboard", onHelp),
  ];
}

function usePlaces(hits: readonly SearchHit[], text: string): readonly Choice[] {
  const navigate = useNavigate();
  const place = (label: string, icon: IconName, go: () => void): Choice => ({
    key: label,
    group: "Go to",
    label,
    detail: null,
    icon,
    go,
  });
  const places = navPages
    .flatMap(({ path, nav }) => [
      place(nav.label, nav.icon, () => void navigate({ to: path })),
      ...(nav.views ?? []).map(({ label, search }) =>
        place(label, nav.icon, () => void navigate({ to: path, search })),
      ),
    ])
    .filter((choice) => choice.label.toLowerCase().includes(text));
  const found = hits.map((hit): Choice => {
    const page = pageOfHit[hit.kind];
    return {
      key: `${hit.kind}-${hit.id}`,
      group: page.hits.label,
      label: hit.name,
      detail: hit.detail,
      icon: page.hits.icon,
      hit,
      go: () => void navigate({ to: page.path, params: { id: hit.id } }),
    };
  });
  return [...found.toSorted((a, b) => orderOf(a) - orderOf(b)), ...places];
}

type HitPage = (typeof hitPages)[number];
const pageOfHit = Object.fromEntries(hitPages.map((page) => [page.hits.kind, page])) as {
  readonly [Kind in HitPage["hits"]["kind"]]: HitPage;
};

const orderOf = ({ hit }: Choice) => hitPages.findIndex(({ hits }) => hits.kind === hit?.kind);

function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), 120);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}
