import { type NavigateOptions, useNavigate } from "@tanstack/react-router";
import type { SearchHit } from "../api/types.ts";
import { copyText } from "../components/copy.tsx";
import type { IconName } from "../components/icon.tsx";
import type { Hits } from "../define-page.ts";
import { hitPages, navPages } from "../pages.ts";
import { useThemeChoice } from "../theme.ts";

/** An entry of the search palette: a result, a page, or an action. */
export interface Choice {
  readonly key: string;
  readonly group: string;
  readonly label: string;
  readonly detail: string | null;
  readonly icon: IconName;
  readonly hit?: SearchHit;
  readonly go: () => void;
}

/** The actions of every page. */
export function useActions(onHelp: () => void): readonly Choice[] {
  const [theme, chooseTheme] = useThemeChoice();
  const navigate = useNavigate();
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
  const flowRunId = /\/runs\/flow-run\/([0-9a-f-]{36})$/.exec(location.pathname)?.[1];
  const compare = async (id: string) => {
    const { compareByIdWithLastSuccess } = await import("../run-comparison/last-success.ts");
    await compareByIdWithLastSuccess(id, navigate);
  };
  return [
    ...(flowRunId === undefined
      ? []
      : [action("Compare this run with the last success", "compare", () => void compare(flowRunId))]),
    action("Copy the address of this page", "link", () => void copyText(location.href)),
    ...themes,
    action("Show the keyboard shortcuts", "keyboard", onHelp),
  ];
}

/** The results by kind, and the pages whose names contain the text. */
export function usePlaces(hits: readonly SearchHit[], text: string): readonly Choice[] {
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
      // The path and its parameters are of one page, which the compiler does not see.
      go: () => void navigate({ to: page.path, params: paramsOf(page.hits, hit) } as NavigateOptions),
    };
  });
  return [...found.toSorted((a, b) => orderOf(a) - orderOf(b)), ...places];
}

/** A verb before the name of a deployment: `run nightly`. */
const verbs = /^(run|pause|resume)\s+/i;

/** The text without the verb, which the server would look for in names. */
export function nameIn(text: string): string {
  return text.replace(verbs, "");
}

/** What can be done with the deployments that were found: with each by the verb that was typed, else with the first. */
export function useDeploymentActions(hits: readonly SearchHit[], text: string): readonly Choice[] {
  const navigate = useNavigate();
  const verb = verbs.exec(text)?.[1]?.toLowerCase();
  const found = hits.filter(({ kind }) => kind === "deployment");
  const open = (id: string) => navigate({ to: "/deployments/$id", params: { id } });
  const run = async (id: string) => {
    const { runAndGo } = await import("../deployments/deployment-actions.ts");
    await runAndGo(id).then(
      (place) => navigate(place),
      // Its page says why it does not start.
      () => open(id),
    );
  };
  const pause = async (id: string, paused: boolean) => {
    const { setPaused } = await import("../deployments/deployment-actions.ts");
    await setPaused(id, paused).catch(() => {});
    await open(id);
  };
  const acts = {
    run: { label: "Run", icon: "play", go: run },
    pause: { label: "Pause", icon: "pause", go: (id: string) => pause(id, true) },
    resume: { label: "Resume", icon: "retry", go: (id: string) => pause(id, false) },
  } as const;
  const wanted = verb === undefined ? (["run", "pause"] as const) : [verb as keyof typeof acts];
  return found.slice(0, verb === undefined ? 1 : found.length).flatMap(({ id, name, detail }) =>
    wanted.map((act): Choice => {
      const { label, icon, go } = acts[act];
      return { key: `${act}-${id}`, group: "Do", label: `${label} ${name}`, detail, icon, go: () => void go(id) };
    }),
  );
}

type HitPage = (typeof hitPages)[number];
const pageOfHit = Object.fromEntries(hitPages.map((page) => [page.hits.kind, page])) as {
  readonly [Kind in HitPage["hits"]["kind"]]: HitPage;
};

function paramsOf(hits: Hits, hit: SearchHit): Readonly<Record<string, string>> {
  return hits.params?.(hit) ?? { id: hit.id };
}

const orderOf = ({ hit }: Choice) => hitPages.findIndex(({ hits }) => hits.kind === hit?.kind);
