import type { Claim } from "./claims.ts";

/** The columns that the model looks at. */
const numbers = [
  "months_as_customer",
  "age",
  "policy_annual_premium",
  "incident_hour_of_the_day",
  "number_of_vehicles_involved",
  "witnesses",
  "total_claim_amount",
] as const satisfies readonly (keyof Claim)[];
const words = [
  "policy_state",
  "insured_hobbies",
  "incident_type",
  "collision_type",
  "incident_severity",
  "authorities_contacted",
  "police_report_available",
  "auto_make",
] as const satisfies readonly (keyof Claim)[];

/** How claims become numbers; kept with the model, so that new claims become the same ones. */
export interface Encoding {
  readonly numbers: readonly { readonly name: string; readonly mean: number; readonly deviation: number }[];
  /** Each is a feature of 0 or 1. A word that was not there in training is none of them. */
  readonly words: readonly { readonly name: string; readonly value: string }[];
}

export function learnEncoding(claims: readonly Claim[]): Encoding {
  return {
    numbers: numbers.map((name) => {
      const values = claims.map((claim) => claim[name]);
      const mean = meanOf(values);
      const deviation = Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2))) || 1;
      return { name, mean, deviation };
    }),
    words: words.flatMap((name) =>
      [...new Set(claims.map((claim) => claim[name]))].toSorted().map((value) => ({ name, value })),
    ),
  };
}

export function namesOf(encoding: Encoding): readonly string[] {
  return [
    ...encoding.numbers.map(({ name }) => name),
    ...encoding.words.map(({ name, value }) => `${name} = ${value}`),
  ];
}

export function encode(encoding: Encoding, claim: Claim): readonly number[] {
  const values = claim as unknown as Readonly<Record<string, string | number>>;
  return [
    ...encoding.numbers.map(({ name, mean, deviation }) => (Number(values[name]) - mean) / deviation),
    ...encoding.words.map(({ name, value }) => (values[name] === value ? 1 : 0)),
  ];
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}
