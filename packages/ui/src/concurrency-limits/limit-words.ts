import { keyOfLock } from "@ostinato/core";
import type { LimitRow } from "../api/types.ts";
import { axisSeconds, count } from "../format.ts";

export const tagPrefix = "tag:";

/** `1 each 2 s` or `3 each second`: how slots of a rate become free by themselves. */
export function rateText(slotsPerSecond: number): string {
  if (slotsPerSecond < 1) return `1 each ${axisSeconds(Number((1 / slotsPerSecond).toPrecision(3)))}`;
  return `${count(Number(slotsPerSecond.toPrecision(3)))} each second`;
}

/** A limit by the words that people know it by: that of a deployment bears the deployment's name. */
export function limitLabel({ kind, name, deployment }: Pick<LimitRow, "kind" | "name" | "deployment">): string {
  return kind === "deployment" && deployment !== null ? `${deployment.flow_name}/${deployment.name}` : name;
}

/** What the limit counts. */
export function countedText({ kind, name }: Pick<LimitRow, "kind" | "name">): string {
  switch (kind) {
    case "global":
      return "programs that ask by its name";
    case "tag":
      return `tasks with the tag ${name.slice(tagPrefix.length)}`;
    case "deployment":
      return "runs of the deployment";
    case "key":
      return ownerText(name);
    default:
      return kind satisfies never;
  }
}

/** `runs of the task load with the key customer-7`, of `task:load:customer-7`. */
function ownerText(name: string): string {
  const locked = keyOfLock(name);
  if (locked !== undefined) return `transactions with the key ${locked}`;
  const [, rate, noun, owner = "", key] = /^(rate:)?(flow|task):([^:]*)(?::(.*))?$/s.exec(name) ?? [];
  if (noun === undefined) return "runs, by the code of a program";
  const starts = rate === undefined ? "runs" : "starts";
  return `${starts} of the ${noun} ${owner.replaceAll("%3A", ":").replaceAll("%25", "%")}${
    key === undefined ? "" : ` with the key ${key}`
  }`;
}

/** Whether people change the limit; else a deployment or the code of a program says what it is. */
export function isMadeByPeople({ kind }: Pick<LimitRow, "kind">): boolean {
  return kind === "global" || kind === "tag";
}
