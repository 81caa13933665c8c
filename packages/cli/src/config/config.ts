import { note, say, sayJson, sayTable } from "../output/output.ts";
import { shortPath } from "../server/short-path.ts";
import { profileFile, readProfile, writeProfile } from "./profile.ts";
import { knownName, readAssignment, type SettingView, viewSettings } from "./settings.ts";

export function view({ showSecrets, json }: { readonly showSecrets?: boolean; readonly json?: boolean }): void {
  const settings = viewSettings({ secrets: showSecrets ?? false, environment: process.env });
  if (json) {
    sayJson(settings);
    return;
  }
  sayTable(settings, columns, "");
  note(`\nThe profile is ${shortPath(profileFile())}; environment variables override it.`);
}

const columns = [
  { title: "SETTING", value: ({ name }: SettingView) => name },
  { title: "VALUE", value: ({ value }: SettingView) => value, flexible: true },
  { title: "FROM", value: ({ source }: SettingView) => source },
] as const;

export function set(assignments: readonly string[], { json }: { readonly json?: boolean }): void {
  const given = assignments.map(readAssignment);
  const profile = { ...readProfile(), ...Object.fromEntries(given) };
  writeProfile(profile);
  if (json) sayJson({ profile: profileFile(), set: given.map(([name]) => name) });
  else for (const [name] of given) saySet(name);
}

function saySet(name: string): void {
  say(`Set ${name} in ${shortPath(profileFile())}.`);
  if (process.env[name] !== undefined) note(`The environment sets another ${name}, which overrides it.`);
}

export function unset(names: readonly string[], { json }: { readonly json?: boolean }): void {
  const known = names.map(knownName);
  const profile = readProfile();
  const removed = known.filter((name) => profile[name] !== undefined);
  writeProfile(Object.fromEntries(Object.entries(profile).filter(([name]) => !removed.includes(name))));
  if (json) {
    sayJson({ profile: profileFile(), unset: removed });
    return;
  }
  for (const name of known) say(removed.includes(name) ? `${name} is unset.` : `${name} was not set in the profile.`);
}
