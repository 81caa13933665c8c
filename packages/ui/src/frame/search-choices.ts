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
    action("Make an automation", "automations", () => void navigate({ to: "/automations/new" })),
    action("Make a webhook", "webhooks", () => void navigate({ to: "/webhooks/new" })),
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
      go: () =>
        void navigate({
          to: page.path,
          params: paramsOf(page.hits, hit),
          ...searchOf(page.hits, hit),
        } as NavigateOptions),
    };
  });
  return [...found.toSorted((a, b) => orderOf(a) - orderOf(b)), ...places];
}

/** A verb before the name of a deployment, an automation or a webhook: `run nightly`. */
const verbs = /^(run|pause|resume)\s+/i;

/** The text without the verb, which the server would look for in names. */
export function nameIn(text: string): string {
  return text.replace(verbs, "");
}

/** What can be done with what was found: with each by the verb that was typed, else with the first of its kind. */
export function useActionsOnHits(hits: readonly SearchHit[], text: string): readonly Choice[] {
  const verb = verbs.exec(text)?.[1]?.toLowerCase();
  const choose = { verb, hits } as const;
  return [
    ...choicesOn("deployment", choose, useDeploymentActs()),
    ...choicesOn("automation", choose, useSwitchActs("automation")),
    ...choicesOn("webhook", choose, useSwitchActs("webhook")),
  ];
}

interface Act {
  readonly label: string;
  readonly icon: IconName;
  readonly go: (id: string) => Promise<unknown>;
}

/** By the verb. Those that are offered without one come first, and are named in `usual`. */
interface Acts {
  readonly byVerb: Readonly<Record<string, Act>>;
  readonly usual: readonly string[];
}

function choicesOn(
  kind: SearchHit["kind"],
  { verb, hits }: { readonly verb: string | undefined; readonly hits: readonly SearchHit[] },
  { byVerb, usual }: Acts,
): readonly Choice[] {
  const found = hits.filter((hit) => hit.kind === kind);
  return found.slice(0, verb === undefined ? 1 : found.length).flatMap(({ id, name, detail }) =>
    (verb === undefined ? usual : [verb]).flatMap((wanted): Choice[] => {
      const act = byVerb[wanted];
      if (act === undefined) return [];
      const { label, icon, go } = act;
      return [{ key: `${wanted}-${id}`, group: "Do", label: `${label} ${name}`, detail, icon, go: () => void go(id) }];
    }),
  );
}

/** Whether an automation or a webhook is on. Its page shows what came of it. */
function useSwitchActs(kind: "automation" | "webhook"): Acts {
  const navigate = useNavigate();
  const put = async (id: string, enabled: boolean) => {
    const { switchByKind } = await import("./switching.ts");
    await switchByKind(kind, id, enabled).catch(() => {});
    const params = { id };
    await (kind === "automation"
      ? navigate({ to: "/automations/automation/$id", params })
      : navigate({ to: "/webhooks/webhook/$id", params }));
  };
  return {
    byVerb: {
      pause: { label: "Pause", icon: "pause", go: (id) => put(id, false) },
      resume: { label: "Resume", icon: "retry", go: (id) => put(id, true) },
    },
    usual: [],
  };
}

function useDeploymentActs(): Acts {
  const navigate = useNavigate();
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
  return {
    byVerb: {
      run: { label: "Run", icon: "play", go: run },
      pause: { label: "Pause", icon: "pause", go: (id) => pause(id, true) },
      resume: { label: "Resume", icon: "retry", go: (id) => pause(id, false) },
    },
    usual: ["run", "pause"],
  };
}

type HitPage = (typeof hitPages)[number];
const pageOfHit = Object.fromEntries(hitPages.map((page) => [page.hits.kind, page])) as {
  readonly [Kind in HitPage["hits"]["kind"]]: HitPage;
};

function paramsOf(hits: Hits, hit: SearchHit): Readonly<Record<string, string>> {
  return hits.params?.(hit) ?? { id: hit.id };
}

function searchOf(hits: Hits, hit: SearchHit): { readonly search?: object } {
  return hits.search === undefined ? {} : { search: hits.search(hit) };
}

const orderOf = ({ hit }: Choice) => hitPages.findIndex(({ hits }) => hits.kind === hit?.kind);
