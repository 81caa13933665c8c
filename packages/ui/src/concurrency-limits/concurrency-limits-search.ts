import { choiceIn, present, type RawSearch, textIn } from "../address.ts";
import type { LimitKind } from "../api/types.ts";

export const kindChoices = ["deployment", "key"] as const satisfies readonly LimitKind[];

/** The filter of the list of limits, which is part of the address. */
export interface LimitsSearch {
  /** A part of the name. */
  readonly q?: string;
  /** Limits that deployments or programs make; by default those that people make are shown. */
  readonly of?: (typeof kindChoices)[number];
  /** Only limits for whose slots somebody waits. */
  readonly waiting?: "yes";
}

export type LimitsSearchChange = { readonly [K in keyof LimitsSearch]?: LimitsSearch[K] | undefined };

export const noLimitFilter: LimitsSearchChange = { q: undefined, waiting: undefined };

export function readLimitsSearch(search: RawSearch): LimitsSearch {
  return present({
    q: textIn(search, "q"),
    of: choiceIn(search, "of", kindChoices),
    waiting: choiceIn(search, "waiting", ["yes"]),
  });
}

export function isLimitFilter({ q, waiting }: LimitsSearch): boolean {
  return q !== undefined || waiting !== undefined;
}

/** The kinds that a choice shows. */
export function kindsOf({ of }: LimitsSearch): LimitKind[] {
  return of === undefined ? ["global", "tag"] : [of];
}
