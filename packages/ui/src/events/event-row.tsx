import type { ReactNode } from "react";
import type { Event } from "../api/types.ts";
import { Icon } from "../components/icon.tsx";
import { clock, date, exact } from "../format.ts";
import { StateIcon } from "../runs/state.tsx";
import { sentenceOf } from "./event-sentence.ts";

/** An event as a sentence; its details are shown below it on demand. */
export function EventRow(props: {
  readonly event: Event;
  readonly withDate: boolean;
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly children: ReactNode;
}) {
  const { event, withDate, open } = props;
  const { state } = sentenceOf(event);
  return (
    <li className="border-b last:border-0 [contain-intrinsic-block-size:auto_33px] [content-visibility:auto]">
      <button
        type="button"
        aria-expanded={open}
        onClick={props.onToggle}
        className="flex min-h-8 w-full items-center gap-2 px-3 text-left hover:bg-hover"
      >
        <Icon name={open ? "chevronDown" : "chevronRight"} className="size-3 shrink-0 text-faint" />
        <time
          dateTime={event.occurred}
          title={exact(event.occurred)}
          className="figures shrink-0 text-xs whitespace-nowrap text-faint"
        >
          {withDate ? `${date(event.occurred)} ` : ""}
          {clock(event.occurred)}
        </time>
        {state === undefined ? (
          <span className="size-4 shrink-0">
            {event.event.endsWith(".failed") ? <Icon name="warning" className="text-danger" /> : null}
          </span>
        ) : (
          <StateIcon silent type={state.type} name={state.name} />
        )}
        <SentenceLine event={event} />
      </button>
      {open ? <div className="px-3 pt-2 pb-3 sm:pl-8">{props.children}</div> : null}
    </li>
  );
}

/** An event on one line. What happened is read on a phone too: there the name is shortened first, and its kind is left to those who listen. */
function SentenceLine({ event }: { readonly event: Event }) {
  const { noun, name, did, message } = sentenceOf(event);
  return (
    <span className="flex min-w-0 flex-1 gap-x-1">
      {noun === undefined ? null : <span className="shrink-0 text-muted max-sm:sr-only">{noun} </span>}
      {name === undefined ? null : (
        <span dir="auto" className="min-w-0 truncate font-medium">
          {name}{" "}
        </span>
      )}
      <span className={name === undefined ? "truncate" : "max-w-[75%] shrink-0 truncate"}>
        {did}
        {message === undefined ? "" : ": "}
      </span>
      {message === undefined ? null : (
        <span className="min-w-0 flex-1 truncate text-faint">{message.split("\n", 1)[0]}</span>
      )}
    </span>
  );
}

/** An event in words. */
export function Sentence({ event }: { readonly event: Event }) {
  const { noun, name, did, message } = sentenceOf(event);
  return (
    <>
      {noun === undefined ? null : <span className="text-muted">{noun} </span>}
      {name === undefined ? null : (
        <>
          <span dir="auto" className="font-medium">
            {name}
          </span>{" "}
        </>
      )}
      {did}
      {message === undefined ? null : <span className="text-faint">: {message.split("\n", 1)[0]}</span>}
    </>
  );
}
