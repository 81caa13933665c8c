import { ownWorkerTypes } from "@ostinato/job-templates/worker-command";
import type { KeyboardEvent } from "react";
import { Icon } from "../components/icon.tsx";
import { lookOfPoolType } from "./pool-types.ts";

interface PoolType {
  readonly type: string;
  readonly description: string;
}

/** The types of work pools to choose from: one stop for Tab, and arrow keys between them. */
export function PoolTypeCards(props: {
  readonly types: readonly PoolType[];
  readonly chosen: string | undefined;
  readonly onChoose: (type: string) => void;
}) {
  const { types, chosen, onChoose } = props;
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const cards = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=radio]")];
    const at = cards.findIndex((card) => card.matches(":focus"));
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined || at < 0) return;
    event.preventDefault();
    const next = (at + step + cards.length) % cards.length;
    cards[next]?.focus();
    onChoose(types[next]?.type ?? "");
  };
  return (
    <div
      role="radiogroup"
      aria-label="Type of the work pool"
      onKeyDown={move}
      className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,250px),1fr))] gap-2"
    >
      {types.map(({ type, description }, index) => {
        const { label, icon } = lookOfPoolType(type);
        const isChosen = type === chosen;
        return (
          <button
            key={type}
            type="button"
            role="radio"
            aria-checked={isChosen}
            aria-label={label}
            aria-describedby={`about-${type}`}
            tabIndex={isChosen || (chosen === undefined && index === 0) ? 0 : -1}
            onClick={() => onChoose(type)}
            className={`flex min-w-0 items-start gap-2.5 rounded-lg border px-3 py-2.5 text-left hover:bg-hover ${
              isChosen ? "border-accent bg-accent-soft" : "bg-surface"
            }`}
          >
            <Icon name={icon} className={`mt-0.5 ${isChosen ? "text-accent" : "text-faint"}`} />
            <span className="min-w-0">
              <span className="block font-medium">{label}</span>
              <span id={`about-${type}`} className="block text-xs text-muted">
                {description}
                {ownWorkerTypes.has(type) ? "" : " Needs a worker of Prefect."}
              </span>
            </span>
          </button>
        );
      })}
    </div>
  );
}
