import { choiceIn, listIn, present, type RawSearch, textIn } from "../address.ts";

export const deploymentSorts = [
  { value: "NAME_ASC", label: "By flow and name" },
  { value: "NEXT_RUN_ASC", label: "Next run first" },
  { value: "LAST_RUN_DESC", label: "Last run first" },
  { value: "CREATED_DESC", label: "Newest first" },
  { value: "UPDATED_DESC", label: "Last changed first" },
] as const;
export type DeploymentSort = (typeof deploymentSorts)[number]["value"];

export const deploymentStates = [
  { value: "ready", label: "Ready" },
  { value: "not-ready", label: "Not ready: nobody serves it" },
  { value: "active", label: "On" },
  { value: "paused", label: "Paused" },
] as const;
export type DeploymentState = (typeof deploymentStates)[number]["value"];

/** The filter of the list of deployments, which is part of the address. */
export interface DeploymentsSearch {
  /** A part of the name of a deployment or of its flow. */
  readonly q?: string;
  /** Ids of flows. */
  readonly flow?: readonly string[];
  readonly tag?: readonly string[];
  readonly pool?: readonly string[];
  readonly state?: readonly DeploymentState[];
  readonly sort?: DeploymentSort;
}

export type DeploymentsSearchChange = { readonly [K in keyof DeploymentsSearch]?: DeploymentsSearch[K] | undefined };

export const noDeploymentFilter: DeploymentsSearchChange = {
  q: undefined,
  flow: undefined,
  tag: undefined,
  pool: undefined,
  state: undefined,
};

export function readDeploymentsSearch(search: RawSearch): DeploymentsSearch {
  const states = listIn(search, "state");
  const known = deploymentStates.flatMap(({ value }) => (states?.includes(value) === true ? [value] : []));
  return present({
    q: textIn(search, "q"),
    flow: listIn(search, "flow"),
    tag: listIn(search, "tag"),
    pool: listIn(search, "pool"),
    state: known.length === 0 ? undefined : known,
    sort: choiceIn(
      search,
      "sort",
      deploymentSorts.map((sort) => sort.value),
    ),
  });
}

export function isDeploymentFilter({ sort: _sort, ...filter }: DeploymentsSearch): boolean {
  return Object.keys(filter).length > 0;
}

const deploymentTabs = ["upcoming", "schedules", "parameters", "configuration", "history", "call"] as const;

/** The tab of the page of a deployment; its runs by default. */
export interface DeploymentSearch {
  readonly tab?: (typeof deploymentTabs)[number];
}

export function readDeploymentSearch(search: RawSearch): DeploymentSearch {
  return present({ tab: choiceIn(search, "tab", deploymentTabs) });
}
