import type { DeploymentScheduleCreate, DeploymentScheduleUpdate } from "@ostinato/protocol";

export interface KnownSchedule {
  readonly id: string;
  readonly slug: string | null;
}

export type NewSchedule = Omit<DeploymentScheduleCreate, "replaces" | "active"> & { readonly active: boolean };

/** What a change of a deployment does to its schedules. */
export interface ScheduleChanges {
  readonly remove: readonly string[];
  readonly change: readonly { readonly id: string; readonly given: DeploymentScheduleUpdate }[];
  readonly create: readonly NewSchedule[];
}

/** The reason why the schedules of a request can't be matched with those of the deployment. */
export class UnmatchedSchedules extends Error {}

const noScheduleChanges: ScheduleChanges = { remove: [], change: [], create: [] };

/**
 * Matches the schedules of a request with those of the deployment as Prefect does. Where all of both have slugs, only the ones in the request
 * are changed or added, so that an empty list changes nothing. Otherwise those of the request take the place of all, unless
 * that would drop schedules with slugs. Throws UnmatchedSchedules.
 */
export function matchSchedules(
  known: readonly KnownSchedule[],
  given: readonly DeploymentScheduleUpdate[] | undefined,
): ScheduleChanges {
  if (given === undefined) return noScheduleChanges;
  const slugs = known.map(({ slug }) => slug);
  const bySlug = known.length > 0 && slugs.every((slug) => slug !== null);
  const named = given.every(({ slug }) => slug !== null && slug !== undefined);
  if (bySlug && !named) {
    throw new UnmatchedSchedules(
      "Please provide a slug for each schedule in your request to ensure schedules are updated correctly.",
    );
  }
  if (bySlug) return matchBySlug(known, given);
  return { remove: known.map(({ id }) => id), change: [], create: given.flatMap(withSchedule) };
}

function withSchedule(given: DeploymentScheduleUpdate): NewSchedule[] {
  return given.schedule ? [newSchedule(given)] : [];
}

function newSchedule(given: DeploymentScheduleUpdate): NewSchedule {
  const { active, schedule, replaces: _, ...rest } = given;
  if (!schedule) {
    throw new UnmatchedSchedules("Unable to create new deployment schedules without a schedule configuration.");
  }
  return { ...rest, schedule, active: active ?? true };
}

function matchBySlug(known: readonly KnownSchedule[], given: readonly DeploymentScheduleUpdate[]): ScheduleChanges {
  const ids = new Map(known.map(({ id, slug }) => [slug, id]));
  const replaced = replacedSlugs(given);
  for (const { slug, replaces } of given) {
    if (replaces && slug && ids.has(slug) && !replaced.has(slug)) {
      throw new UnmatchedSchedules(
        `Cannot rename schedule from '${replaces}' to '${slug}': a schedule with slug '${slug}' already exists.`,
      );
    }
  }
  const change: { id: string; given: DeploymentScheduleUpdate }[] = [];
  const create: NewSchedule[] = [];
  for (const each of given) {
    const id = ids.get(each.replaces || (each.slug ?? null));
    if (id === undefined) create.push(newSchedule(each));
    else change.push({ id, given: each });
  }
  return { remove: [], change, create };
}

/** The slugs that schedules of the request take the place of. */
function replacedSlugs(given: readonly DeploymentScheduleUpdate[]): ReadonlySet<string> {
  const slugs = new Set<string>();
  for (const { replaces } of given) {
    if (!replaces) continue;
    if (slugs.has(replaces)) {
      throw new UnmatchedSchedules(`Multiple schedules have 'replaces' targeting the same slug: ${replaces}`);
    }
    slugs.add(replaces);
  }
  return slugs;
}
