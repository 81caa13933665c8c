import { useEffect, useRef } from "react";
import { lookOf, type Stated, type StateLook, stateColor, tabMark } from "../states.ts";
import { announce } from "./announcements.ts";

/** Shows the page's title in the browser's tab, with the mark and the icon of its state where it has one. */
export function useTabLook(props: {
  readonly title: string;
  /** What the title belongs to: the flow of a run. */
  readonly of: string | undefined;
  readonly state: Stated | undefined;
}): void {
  const { title, of = "Ostinato", state } = props;
  const look = state === undefined ? undefined : lookOf(state);
  useEffect(() => {
    document.title = `${look === undefined ? "" : `${tabMark(look)} `}${title} · ${of}`;
  }, [look, title, of]);
  useEffect(() => (look === undefined ? undefined : showIcon(look)), [look]);
  useAnnounced(title, look?.label);
}

/** Says the state of a page that is open when it changes. */
function useAnnounced(title: string, label: string | undefined): void {
  const before = useRef({ title, label });
  useEffect(() => {
    const { current } = before;
    before.current = { title, label };
    if (label === undefined || current.label === undefined) return;
    if (current.title === title && current.label !== label) announce(`${title}: ${label}`);
  }, [title, label]);
}

function showIcon(look: StateLook): () => void {
  const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  if (link === null) return () => {};
  const { href } = link;
  link.href = iconOf(look);
  return () => {
    link.href = href;
  };
}

/** A picture of its own, since the icon of a tab knows nothing of the page's style. */
function iconOf(look: StateLook): string {
  const { fill, stroke, cut, turning } = look.shape;
  const color = computed(stateColor(look));
  const line = (path: string | undefined, with_: string) =>
    path === undefined
      ? ""
      : `<path d="${path}" fill="none" stroke="${with_}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>`;
  const drawn = [
    fill === undefined ? "" : `<path d="${fill}" fill="${color}"/>`,
    line(stroke, color),
    line(turning, color),
    line(cut, "#fff"),
  ];
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${drawn.join("")}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(picture)}`;
}

function computed(color: string): string {
  const [, name = ""] = /var\((--[a-z-]+)\)/.exec(color) ?? [];
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
