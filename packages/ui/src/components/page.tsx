import type { ReactNode } from "react";
import { type Crumb, useCrumbsAbove, useShowCrumbs } from "../frame/crumbs.ts";
import { useTabLook } from "../frame/tab-look.ts";
import type { Stated } from "../states.ts";

/** Every page has a title (in the tab too) and a path of crumbs; the last crumb is the heading, unless the page brings its own. */
export function Page(props: {
  readonly title: string;
  /** What the title belongs to, in the browser's tab: the flow of a run. */
  readonly titleOf?: string;
  /** The state of what the page shows: in the tab, and said when it changes. */
  readonly state?: Stated;
  /** The parent pages; by default those in the page's definition. */
  readonly above?: readonly Crumb[];
  /** Crumbs between the parent pages and this one. */
  readonly crumbs?: readonly Crumb[];
  /** The last crumb; by default the title. */
  readonly crumb?: string;
  readonly ownHeading?: boolean;
  readonly children: ReactNode;
}) {
  const usuallyAbove = useCrumbsAbove();
  const { title, above = usuallyAbove, crumbs = [], crumb = title, ownHeading = false } = props;
  useShowCrumbs([...above, ...crumbs, { label: crumb }], ownHeading);
  useTabLook({ title, of: props.titleOf, state: props.state });
  return (
    <div className="mx-auto flex w-full max-w-[1720px] min-w-0 flex-col gap-3 px-3 pt-3 pb-16 sm:px-5 sm:pt-4">
      {props.children}
    </div>
  );
}

/** A group with a heading, and the only framed element. */
export function Section(props: {
  readonly title: ReactNode;
  readonly tools?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  return (
    <section className={`flex min-w-0 flex-col rounded-lg border bg-surface ${props.className ?? ""}`}>
      <div className="flex min-h-9 items-center gap-2 border-b px-3 py-1">
        <h2 className="mr-auto min-w-0 truncate text-sm font-semibold">{props.title}</h2>
        {props.tools}
      </div>
      {props.children}
    </section>
  );
}

/** Terms and their values, one below the other. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="grid grid-cols-[minmax(84px,max-content)_minmax(0,1fr)] gap-x-4 gap-y-1">{children}</dl>;
}

export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="leading-6 text-faint">{name}</dt>
      <dd className="min-w-0 leading-6 break-words">{children}</dd>
    </>
  );
}
