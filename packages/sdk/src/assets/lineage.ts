import { stateNames, type Timestamp } from "@ostinato/core";
import { assetEvents } from "@ostinato/protocol/event-names";
import { eventLimits } from "@ostinato/protocol/limits";
import type { RunContext, TaskRunView } from "../context.ts";
import { emitEvent } from "../events/emitting.ts";
import type { RunSession } from "../session/roles.ts";
import type { FinalState } from "../states.ts";
import { metadataOf } from "./asset.ts";
import type { Asset } from "./asset-options.ts";
import type { TrackedAssets } from "./tracked.ts";

export interface MakingRun {
  readonly run: TaskRunView;
  readonly caller: RunContext;
  readonly makes: readonly Asset[];
  readonly dependsOn: readonly Asset[];
  readonly materializedBy: string | undefined;
  /** The ids of the task runs whose results it took, without the task that called it. */
  readonly upstreamRuns: readonly string[];
}

/** Notes what the run leaves to those that take its result, and gives what it was made of. */
export function trackAssets(tracked: TrackedAssets, made: MakingRun): readonly Asset[] {
  const inherited = made.upstreamRuns.flatMap((id) => tracked.get(id) ?? []);
  const upstream = [...new Map([...inherited, ...made.dependsOn].map((each) => [each.key, each])).values()];
  const left = made.makes.length > 0 ? made.makes : upstream;
  if (left.length > 0) tracked.set(made.run.id, left);
  return upstream;
}

/** The events by which Prefect's clients tell of assets: what was read, then what was made. */
export async function tellOfAssets(
  session: RunSession,
  made: MakingRun,
  told: { readonly upstream: readonly Asset[]; readonly final: FinalState<unknown>; readonly occurred: Timestamp },
): Promise<void> {
  const { upstream, final, occurred } = told;
  const name = eventOf(final);
  if (name === undefined || made.makes.length === 0) return;
  const emit = (event: string, asset: Asset, more: object = {}) =>
    emitEvent(session, {
      name: event,
      options: { resource: resourceOf(asset), ...more },
      caller: made.caller,
      occurred,
    });
  for (const asset of upstream) await emit(assetEvents.referenced, asset);
  const related = [
    ...upstream.map(({ key }) => ({ id: key, role: "asset" })),
    ...(made.materializedBy === undefined ? [] : [{ id: made.materializedBy, role: "asset-materialized-by" }]),
  ];
  const options = { related: related.slice(0, eventLimits.related) };
  for (const asset of made.makes) await emit(name, asset, { ...options, payload: metadataOf(made.run, asset.key) });
}

/** A result that was reused was made before; a run that could not begin made nothing. */
function eventOf({ type, name }: FinalState<unknown>): string | undefined {
  if (name === stateNames.cached || name === stateNames.notReady) return undefined;
  if (type === "COMPLETED") return assetEvents.succeeded;
  return type === "FAILED" ? assetEvents.failed : undefined;
}

function resourceOf({ key, properties = {} }: Asset) {
  const { name, description, url, owners } = properties;
  return {
    "prefect.resource.id": key,
    ...(name === undefined ? {} : { "prefect.resource.name": name }),
    ...(description === undefined ? {} : { "prefect.asset.description": description }),
    ...(url === undefined ? {} : { "prefect.asset.url": url }),
    ...(owners === undefined ? {} : { "prefect.asset.owners": ownersText(owners) }),
  };
}

/** As Python writes lists. */
function ownersText(owners: readonly string[]): string {
  return `[${owners.map((owner) => JSON.stringify(owner)).join(", ")}]`;
}
