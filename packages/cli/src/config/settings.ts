import { didYouMean, withoutPasswords } from "@ostinato/core";
import {
  type Config,
  maskedSetting,
  readConfig,
  settings as serverSettings,
  settingText,
} from "@ostinato/server/config";
import { CliError, sentenceOf, usageError } from "../errors.ts";
import { readProfile } from "./profile.ts";

type ServerSetting = (typeof serverSettings)[keyof Config];
type Environment = Readonly<Record<string, string | undefined>>;

/** A setting in the form that `config view` shows. */
export interface SettingView {
  readonly name: string;
  readonly value: string | null;
  readonly source: "environment" | "profile" | "default";
  readonly about: string;
}

interface Setting {
  readonly name: string;
  readonly about: string;
  /** Another environment variable for the same setting. */
  readonly alias?: string;
  readonly read: (environment: Environment) => string | null;
  readonly mask: (value: string) => string;
}

const clientSettings: readonly Setting[] = [
  {
    name: "OSTINATO_API_URL",
    alias: "PREFECT_API_URL",
    about: "Address of the server's API, ending in /api; by default a server on the default port, or none at all",
    read: ({ OSTINATO_API_URL, PREFECT_API_URL }) => checkedUrl(OSTINATO_API_URL || PREFECT_API_URL),
    mask: withoutPasswords,
  },
  {
    name: "OSTINATO_API_AUTH_STRING",
    alias: "PREFECT_API_AUTH_STRING",
    about: "user:password for a server that asks for it",
    read: ({ OSTINATO_API_AUTH_STRING, PREFECT_API_AUTH_STRING }) =>
      OSTINATO_API_AUTH_STRING || PREFECT_API_AUTH_STRING || null,
    mask: () => "********",
  },
];

const allSettings: readonly Setting[] = [
  ...clientSettings,
  ...Object.entries(serverSettings).map(([key, setting]) => ({
    name: setting.variable,
    about: setting.about,
    ...(setting.alias === undefined ? {} : { alias: setting.alias }),
    read: (environment: Environment) => settingText(readOnly(setting, environment)[key as keyof Config]),
    mask: (value: string) => maskedSetting(setting, value),
  })),
];

/** Every setting with the origin of its value. Secrets are masked unless requested. */
export function viewSettings(options: {
  readonly secrets: boolean;
  readonly environment: Environment;
}): readonly SettingView[] {
  const { secrets, environment } = options;
  const profile = readProfile(environment);
  return allSettings.map((setting) => {
    const source = sourceOf(setting, environment, profile);
    const value = setting.read(source === "profile" ? { ...environment, ...profile } : environment);
    return {
      name: setting.name,
      value: value === null || secrets ? value : setting.mask(value),
      source,
      about: setting.about,
    };
  });
}

/** Checks one `NAME=value` for the profile; the error lists the settings. */
export function readAssignment(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf("=");
  if (equals < 1) throw usageError(`${JSON.stringify(text)} is not a setting. Write it as NAME=value.`);
  const name = knownName(text.slice(0, equals).trim());
  const value = text.slice(equals + 1).trim();
  if (value === "")
    throw usageError(`${name} has no value. To remove it from the profile: ostinato config unset ${name}`);
  try {
    find(name)?.read({ [name]: value });
  } catch (error) {
    throw usageError(sentenceOf(error));
  }
  return [name, value];
}

export function knownName(text: string): string {
  const wanted = text.toUpperCase();
  if (wanted === "OSTINATO_HOME") {
    throw usageError(
      "OSTINATO_HOME can't be stored in the profile, which is in that folder. Set it in the environment.",
    );
  }
  const setting = find(wanted);
  if (setting !== undefined) return setting.name;
  const names = allSettings.map(({ name }) => name);
  const hint = didYouMean(wanted, names) || ` There are: ${names.join(", ")}.`;
  throw usageError(`There is no setting ${JSON.stringify(text)}.${hint}`);
}

function find(name: string): Setting | undefined {
  return allSettings.find((setting) => setting.name === name || setting.alias === name);
}

function sourceOf({ name, alias }: Setting, environment: Environment, profile: Environment): SettingView["source"] {
  const inEnvironment = (variable: string | undefined) => variable !== undefined && Boolean(environment[variable]);
  if (inEnvironment(name) || inEnvironment(alias)) return "environment";
  return profile[name] === undefined ? "default" : "profile";
}

/** Reads one setting even when another one is invalid. */
function readOnly({ variable, alias }: ServerSetting, environment: Environment): Config {
  const names = ["OSTINATO_HOME", variable, ...(alias === undefined ? [] : [alias])];
  return readConfig(Object.fromEntries(names.map((name) => [name, environment[name]])));
}

function checkedUrl(text: string | undefined): string | null {
  if (text === undefined || text === "") return null;
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? "")) {
    throw new CliError(
      `OSTINATO_API_URL=${JSON.stringify(withoutPasswords(text))} is not an address like http://127.0.0.1:4200/api.`,
    );
  }
  return text;
}
