import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useState, useSyncExternalStore } from "react";
import { IconButton } from "../components/button.tsx";
import { Icon } from "../components/icon.tsx";
import { Mark } from "../components/mark.tsx";
import { onDemand } from "../components/on-demand.tsx";
import type { NavItem } from "../define-page.ts";
import { BlockMaker } from "../forms/block-maker.ts";
import { useEndNotices } from "../notices/end-notices.ts";
import { navPages } from "../pages.ts";
import { SignOutButton } from "../sign-in/sign-out-button.tsx";
import { useAnnouncement } from "./announcements.ts";
import { ConnectionLine } from "./connection-line.tsx";
import { useCrumbs } from "./crumbs.ts";
import { usePageFocus } from "./page-focus.ts";
import { useShortcuts } from "./shortcuts.ts";
import { ThemeSwitch } from "./theme-switch.tsx";

const SearchPalette = onDemand(() => import("./search-palette.tsx").then((module) => module.SearchPalette));
const ShortcutHelp = onDemand(() => import("./shortcut-help.tsx").then((module) => module.ShortcutHelp));
const NewBlockDialog = onDemand(() => import("../blocks/new-block-dialog.tsx").then((module) => module.NewBlockDialog));

/** The frame of every page: the sidebar, the crumbs and the search. */
export function Frame() {
  const [drawer, setDrawer] = useState(false);
  const [overlay, setOverlay] = useState<"search" | "help">();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const isAlone = useRouterState({ select: ({ matches }) => matches.at(-1)?.staticData.isAlone === true });
  // biome-ignore lint/correctness/useExhaustiveDependencies: going to another page closes the drawer
  useEffect(() => setDrawer(false), [path]);
  usePageFocus();
  useEndNotices();
  useShortcuts({ onSearch: () => setOverlay("search"), onHelp: () => setOverlay("help") });
  if (isAlone) {
    return (
      <div className="flex h-full flex-col">
        <PageBelow />
      </div>
    );
  }
  return (
    <div className="grid h-full grid-rows-[minmax(0,1fr)] md:grid-cols-[200px_minmax(0,1fr)]">
      <button
        type="button"
        className="sr-only z-50 rounded-md bg-surface px-3 py-1.5 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
        onClick={() => document.getElementById("main")?.focus()}
      >
        Skip to the page
      </button>
      <Sidebar drawer={drawer} onClose={() => setDrawer(false)} />
      <div className="flex min-w-0 flex-col">
        <header className="flex h-11 shrink-0 items-center gap-2 border-b bg-bg px-3 sm:px-5">
          <IconButton
            icon="menu"
            label="Open the menu"
            className="-ml-1 md:hidden"
            aria-expanded={drawer}
            onClick={() => setDrawer(true)}
          />
          <Breadcrumb />
          <button
            type="button"
            onClick={() => setOverlay("search")}
            aria-keyshortcuts="Meta+K Control+K"
            className="flex h-7 items-center gap-2 rounded-md border border-line-strong bg-surface px-2 text-sm text-faint hover:border-faint hover:text-muted"
          >
            <Icon name="search" className="size-3.5" />
            <span className="max-sm:sr-only sm:pr-10">Search</span>
            <kbd className="hidden font-sans text-2xs whitespace-nowrap sm:inline">{searchKey}</kbd>
          </button>
        </header>
        <PageBelow />
      </div>
      {overlay === "search" ? (
        <SearchPalette onClose={() => setOverlay(undefined)} onHelp={() => setOverlay("help")} />
      ) : null}
      {overlay === "help" ? <ShortcutHelp onClose={() => setOverlay(undefined)} /> : null}
    </div>
  );
}

/** The page itself, below what tells of the connection to the server. */
function PageBelow() {
  return (
    <>
      <ConnectionLine />
      <Announcement />
      <main
        id="main"
        tabIndex={-1}
        className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto focus-visible:outline-none"
        data-scroll-restoration-id="main"
      >
        <BlockMaker value={NewBlockDialog}>
          <Outlet />
        </BlockMaker>
      </main>
    </>
  );
}

/** Apart from the frame, so that an announcement draws nothing else again. */
function Announcement() {
  return (
    <p role="status" className="sr-only">
      {useAnnouncement()}
    </p>
  );
}

const searchKey = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl K";

function Sidebar({ drawer, onClose }: { readonly drawer: boolean; readonly onClose: () => void }) {
  useEffect(() => {
    if (!drawer) return undefined;
    const close = (event: KeyboardEvent) => event.key === "Escape" && onClose();
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [drawer, onClose]);
  return (
    <>
      {drawer ? (
        <button
          type="button"
          aria-label="Close the menu"
          className="fixed inset-0 z-30 bg-scrim md:hidden"
          onClick={onClose}
        />
      ) : null}
      <div
        className={`z-40 flex-col border-r bg-bg ${
          drawer ? "fixed inset-y-0 left-0 flex w-60 animate-[drawer_140ms_ease-out]" : "hidden md:flex"
        }`}
      >
        <Link
          to="/dashboard"
          preload={false}
          aria-label="Ostinato"
          className="flex h-11 items-center gap-2 px-4 text-base font-semibold tracking-tight"
        >
          <Mark />
          Ostinato
        </Link>
        <nav aria-label="Pages" className="flex flex-1 flex-col gap-px px-2 pt-1">
          {navPages.map((page) => (
            <NavLink key={page.path} page={page} />
          ))}
        </nav>
        <div className="flex items-center justify-between px-3 py-2">
          <ThemeSwitch />
          <SignOutButton />
        </div>
      </div>
    </>
  );
}

const noUsualSearch: NonNullable<NavItem["usualSearch"]> = { get: () => undefined, subscribe: () => () => {} };

function NavLink({ page }: { readonly page: (typeof navPages)[number] }) {
  const { label, icon } = page.nav;
  const usualSearch = page.nav.usualSearch ?? noUsualSearch;
  const search = useSyncExternalStore(usualSearch.subscribe, usualSearch.get);
  return (
    <Link
      to={page.path}
      {...(search === undefined ? {} : { search })}
      activeOptions={{ includeSearch: false }}
      className="flex h-8 items-center gap-2.5 rounded-md px-2 text-sm text-muted hover:bg-hover hover:text-text md:h-7"
      activeProps={{ className: "bg-pressed font-medium !text-text" }}
    >
      <Icon name={icon} />
      {label}
    </Link>
  );
}

function Breadcrumb() {
  const { parts, ownHeading } = useCrumbs();
  return (
    <nav aria-label="Path" className="mr-auto min-w-0">
      <ol className="flex min-w-0 items-center gap-1 text-sm">
        {parts.map((part, index) => {
          const last = index === parts.length - 1;
          return (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: two parts of a path may have one name
              key={`${index}-${part.label}`}
              className={`flex min-w-0 items-center gap-1 ${last ? "" : index === 0 ? "shrink-0" : "shrink-[2]"}`}
            >
              {index === 0 ? null : <Icon name="chevronRight" className="size-3 text-faint" />}
              <CrumbText label={part.label} link={part.link} current={last} heading={last && !ownHeading} />
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

function CrumbText(props: {
  readonly label: string;
  readonly link: ReturnType<typeof useCrumbs>["parts"][number]["link"];
  readonly current: boolean;
  readonly heading: boolean;
}) {
  if (props.heading) return <h1 className="truncate font-semibold">{props.label}</h1>;
  if (props.link === undefined || props.current) {
    return (
      <span className="truncate font-medium" aria-current={props.current ? "page" : undefined} title={props.label}>
        {props.label}
      </span>
    );
  }
  return (
    <Link {...props.link} className="max-w-60 truncate rounded-sm text-muted hover:text-text" title={props.label}>
      {props.label}
    </Link>
  );
}
