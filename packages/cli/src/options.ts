import { type Duration, durationSeconds } from "@ostinato/core";
import { Argument, InvalidArgumentError, Option } from "commander";

const defaultRows = 20;

export function jsonOption(): Option {
  return new Option("--json", "print JSON for programs");
}

export function limitOption(): Option {
  return new Option("-n, --limit <rows>", "maximum number of rows")
    .argParser(wholeNumber(1, 1_000_000))
    .default(defaultRows);
}

export function portOption(about: string): Option {
  return new Option("--port <port>", about).argParser(wholeNumber(0, 65_535));
}

export function yesOption(): Option {
  return new Option("-y, --yes", "do not ask for confirmation");
}

/** A state that a person may set. */
export function stateArgument(): Argument {
  return new Argument("<state>", "completed, failed, crashed or cancelled");
}

export function reasonOption(): Option {
  return new Option("--reason <why>", "why, which is kept with the state").makeOptionMandatory();
}

/** An option that may be given several times. */
export function repeated(flags: string, about: string): Option {
  return new Option(flags, `${about}; may be repeated`).argParser((value, before: readonly string[] = []) => [
    ...before,
    value,
  ]);
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text.trim() !== "" && Number.isInteger(number) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

/** The seconds of `30s`, `10m`, `2h`, `1d`, or of a number alone. */
export function aSpan(text: string): number {
  try {
    return durationSeconds(/^\d+(\.\d+)?$/.test(text) ? Number(text) : (text as Duration));
  } catch {
    throw new InvalidArgumentError("Give a duration: 30s, 10m, 2h, 1d.");
  }
}
