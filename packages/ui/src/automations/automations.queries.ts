import { automationDefaults } from "@ostinato/core";
import type {
  AutomationUpdate,
  automationFirings,
  changeAutomation,
  createAutomation,
  deleteAutomation,
  listAutomations,
  readAutomationChoices,
  readAutomationPage,
  replaceAutomation,
  runAutomationActions,
  testAutomation,
} from "@ostinato/protocol";
import { type InfiniteData, infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { AutomationFirings, AutomationList } from "../api/types.ts";
import type { AutomationsSearch } from "./automations-search.ts";
import type { AutomationDraft } from "./draft.ts";

export type AutomationPages = InfiniteData<AutomationList, number>;

const pageSize = 50;

export const automationListKey = ["automations", "list"] as const;

export function automationListQuery(search: AutomationsSearch) {
  return infiniteQueryOptions({
    queryKey: [...automationListKey, search],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listAutomations>("POST /ui/automations/list", {
        body: {
          ...(search.q === undefined ? {} : { text: search.q }),
          ...(search.show === undefined ? {} : { enabled: search.show === "on" }),
          limit: pageSize,
          offset: pageParam,
        },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: (last: AutomationList, pages: readonly AutomationList[]) => {
      const read = pages.reduce((sum, page) => sum + page.results.length, 0);
      return last.results.length === 0 || read >= last.count ? null : read;
    },
  });
}

export function automationQuery(id: string) {
  return queryOptions({
    queryKey: ["automations", "automation", id],
    queryFn: ({ signal }) => call<typeof readAutomationPage>("GET /ui/automations/{id}", { params: { id }, signal }),
  });
}

export function firingsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["automations", "firings", id],
    queryFn: ({ pageParam, signal }) =>
      call<typeof automationFirings>("GET /automations/{id}/firings", {
        params: { id },
        query: { limit: 20, ...(pageParam === null ? {} : { before: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }: AutomationFirings) => next,
  });
}

export const automationChoicesQuery = queryOptions({
  queryKey: ["automations", "choices"],
  queryFn: ({ signal }) => call<typeof readAutomationChoices>("GET /ui/automations/choices", { signal }),
});

export function testQuery(draft: AutomationDraft, days: number) {
  return queryOptions({
    queryKey: ["automations", "test", days, draft],
    queryFn: ({ signal }) =>
      call<typeof testAutomation>("POST /automations/test", {
        body: { automation: { ...written(draft), name: draft.name || "test" }, days },
        signal,
      }),
    retry: false,
  });
}

export function createFrom(draft: AutomationDraft) {
  return call<typeof createAutomation>("POST /automations/", { body: written(draft) });
}

export function replaceBy(id: string, draft: AutomationDraft) {
  return call<typeof replaceAutomation>("PUT /automations/{id}", {
    params: { id },
    body: { ...automationDefaults, ...written(draft) },
  });
}

export function switchAutomation(id: string, enabled: boolean) {
  return call<typeof changeAutomation>("PATCH /automations/{id}", { params: { id }, body: { enabled } });
}

export function removeAutomation(id: string) {
  return call<typeof deleteAutomation>("DELETE /automations/{id}", { params: { id } });
}

export function runActions(id: string) {
  return call<typeof runAutomationActions>("POST /automations/{id}/run-actions", { params: { id }, body: {} });
}

/** Contracts are written for those who build a request piece by piece. */
function written({ trigger, actions, ...draft }: AutomationDraft): AutomationUpdate {
  return { ...draft, trigger: trigger as AutomationUpdate["trigger"], actions: [...actions] };
}
