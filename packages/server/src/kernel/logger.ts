import { secretMask } from "@ostinato/core";
import { type DestinationStream, type Logger, pino } from "pino";
import { type Config, maskedSetting, settings, settingText } from "./config.ts";

/**
 * Writes one JSON line per entry to standard error, so that a program's own output stays clean. Secrets of the settings are
 * masked, even inside errors, as are the credentials of requests.
 */
export function logger(config: Config, destination: DestinationStream = pino.destination(2)): Logger {
  const secrets = secretsOf(config);
  const withoutSecrets = (line: string) =>
    secrets.reduce((text, { secret, shown }) => (text.includes(secret) ? text.replaceAll(secret, shown) : text), line);
  return pino(
    {
      level: config.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: personalHeaders.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: secretMask },
      ...(secrets.length === 0 ? {} : { hooks: { streamWrite: withoutSecrets } }),
    },
    destination,
  );
}

const personalHeaders = ["authorization", "cookie"];

interface Secret {
  /** The secret in its JSON form. */
  readonly secret: string;
  readonly shown: string;
}

function secretsOf(config: Config): readonly Secret[] {
  return Object.entries(settings).flatMap(([key, setting]) => {
    const text = setting.secret === true ? settingText(config[key as keyof Config]) : null;
    if (text === null) return [];
    const shown = maskedSetting(setting, text);
    if (shown === text) return [];
    const encoded = Buffer.from(text).toString("base64");
    return [
      { secret: inJson(text), shown: inJson(shown) },
      { secret: encoded, shown: secretMask },
    ];
  });
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
