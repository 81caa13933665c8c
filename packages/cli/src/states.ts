import { didYouMean, type StateType, stateNames, stateTypes } from "@ostinato/core";
import { usageError } from "./errors.ts";

interface StateCriteria {
  readonly operator: "or_";
  readonly type?: { readonly any_: StateType[] };
  readonly name?: { readonly any_: string[] };
}

/** A filter for states given on the command line by type (`failed`) or by name (`Late`), in any case. */
export function stateCriteria(wanted: readonly string[] | undefined): StateCriteria | null {
  if (wanted === undefined || wanted.length === 0) return null;
  const types = wanted.flatMap((text) => stateTypes.find((type) => type === text.toUpperCase()) ?? []);
  const others = wanted.filter((text) => !types.includes(text.toUpperCase() as StateType));
  const names = others.map(stateNameOf);
  return {
    operator: "or_",
    ...(types.length === 0 ? {} : { type: { any_: types } }),
    ...(names.length === 0 ? {} : { name: { any_: names } }),
  };
}

function stateNameOf(text: string): string {
  const known = Object.values(stateNames);
  const name = known.find((one) => one.toLowerCase() === text.toLowerCase());
  if (name !== undefined) return name;
  throw usageError(
    `There is no state ${JSON.stringify(text)}.${didYouMean(text, known) || ` There are: ${known.join(", ")}.`}`,
  );
}
