import { jsonText } from "@ostinato/core";
import type { Plan } from "@ostinato/sdk/deploy-project";
import { say } from "../output/output.ts";
import { cutTo, oneLine, paint } from "../output/text.ts";

export function isChange({ action }: Plan): boolean {
  return action !== "unchanged";
}

/** Shows what is going to happen to each deployment and automation, field by field, and how many are made, changed and deleted. */
export function sayPlans(plans: readonly Plan[]): void {
  for (const plan of plans) sayPlan(plan);
  const counts = (["create", "change", "delete", "unchanged"] as const)
    .map((action) => ({ action, count: plans.filter((plan) => plan.action === action).length }))
    .filter(({ count }) => count > 0)
    .map(({ action, count }) => `${count} ${countWords[action]}`);
  say(counts.length === 0 ? "There is nothing to deploy." : `Plan: ${counts.join(", ")}.`);
}

/** Says what was done. */
export function sayDone(changes: readonly Plan[]): void {
  if (changes.length === 0) return;
  say(`Done: ${changes.map(({ name, action }) => `${name} ${doneWords[action]}`).join(", ")}.`);
}

/** A plan for programs. */
export function planJson({ name, action, changes, kept }: Plan): Pick<Plan, "name" | "action" | "changes" | "kept"> {
  return { name, action, changes, kept };
}

const countWords = { create: "to create", change: "to change", delete: "to delete", unchanged: "unchanged" } as const;
const doneWords = { create: "created", change: "changed", delete: "deleted", unchanged: "unchanged" } as const;
const marks = {
  create: ["green", "+"],
  change: ["yellow", "~"],
  delete: ["red", "-"],
  unchanged: ["dim", "="],
} as const;

function sayPlan({ name, action, changes, kept }: Plan): void {
  const [colour, mark] = marks[action];
  const what = action === "unchanged" ? "is unchanged" : `will be ${doneWords[action]}`;
  say(paint(colour, `${mark} ${name} ${what}`));
  for (const { field, before, after } of changes) {
    const values = action === "create" ? shown(field, after) : `${shown(field, before)} → ${shown(field, after)}`;
    say(`    ${field}: ${values}`);
  }
  for (const { field, value, wanted } of kept) {
    const config = shown(field, wanted);
    say(
      paint(
        "cyan",
        `    ${field}: ${shown(field, value)} stays: it was changed on the server since the last deploy. The config says ${config}; --overwrite takes that.`,
      ),
    );
  }
}

const maxShown = 100;

function shown(field: string, value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (field === "parameter_openapi_schema") return schemaWords(value);
  return cutTo(oneLine(jsonText(field === "schedules" ? schedulesOf(value) : value) ?? ""), maxShown);
}

/** Schemas are long. */
function schemaWords(value: unknown): string {
  const names = Object.keys(Object((value as { readonly properties?: object }).properties));
  return names.length === 0 ? "no parameters" : `parameters ${names.join(", ")}`;
}

function schedulesOf(value: unknown): readonly unknown[] {
  const rows = value as readonly { readonly schedule: object; readonly active?: boolean }[];
  return rows.map(({ schedule, active }) => (active === false ? { ...schedule, active } : schedule));
}
