import type { search } from "@ostinato/protocol";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Dialog as Primitive } from "radix-ui";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { call } from "../api/api.ts";
import { Icon } from "../components/icon.tsx";
import { StateIcon } from "../runs/state.tsx";
import { type Choice, nameIn, useActions, useActionsOnHits, usePlaces } from "./search-choices.ts";

interface Props {
  readonly onClose: () => void;
  readonly onHelp: () => void;
}

/** Finds flows, deployments, runs, artifacts, automations, pages and actions by name or id, by keyboard alone. */
export function SearchPalette({ onClose, onHelp }: Props) {
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const query = useRested(nameIn(text.trim()));
  const hits = useQuery({
    queryKey: ["search", query],
    enabled: query !== "",
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call<typeof search>("GET /ui/search", { query: { q: query, limit: 24 }, signal }),
  });
  const typed = text.trim().toLowerCase();
  const found = query === "" ? [] : (hits.data?.hits ?? []);
  const places = usePlaces(found, typed);
  const acts = useActionsOnHits(found, typed);
  const actions = useActions(onHelp).filter(({ label }) => label.toLowerCase().includes(typed));
  // Whoever types a verb wants to do it, and not to look.
  const choices = nameIn(typed) === typed ? [...places, ...acts, ...actions] : [...acts, ...places, ...actions];
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
              aria-label="Search flows, deployments, runs, artifacts, pages and actions"
              placeholder="Flows, deployments, runs, pages, actions; a name or an id"
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
                <Option
                  id={`${listId}-${index}`}
                  choice={choice}
                  index={index}
                  active={index === active}
                  onChoose={() => choose(choice)}
                  onReach={() => setActive(index)}
                />
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

function Option(props: {
  readonly id: string;
  readonly choice: Choice;
  readonly index: number;
  readonly active: boolean;
  readonly onChoose: () => void;
  readonly onReach: () => void;
}) {
  const { choice, active } = props;
  const { hit } = choice;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys, as in a combobox
    <div
      role="option"
      tabIndex={-1}
      id={props.id}
      data-index={props.index}
      aria-selected={active}
      onClick={props.onChoose}
      onMouseMove={() => active || props.onReach()}
      className={`flex h-8 cursor-default items-center gap-2.5 rounded-md px-2 ${active ? "bg-hover" : ""}`}
    >
      {hit?.state_type === undefined || hit.state_type === null ? (
        <Icon name={choice.icon} className="text-muted" />
      ) : (
        <StateIcon type={hit.state_type} name={hit.state_name} />
      )}
      <span className="min-w-0 truncate">{choice.label}</span>
      {choice.detail === null ? null : (
        <span className="ml-auto max-w-[45%] truncate text-xs text-faint">{choice.detail}</span>
      )}
    </div>
  );
}

function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), 120);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}
