import { type ClaimColumns, columns, type Drawing } from "./claim-columns.ts";

/** A claim in the shape of the public data set of car insurance claims that models of fraud are tried on. */
export type Claim = {
  readonly [Name in keyof ClaimColumns]: ReturnType<ClaimColumns[Name]["draw"]>;
} & {
  /** `Y` or `N`; not known of new claims. */
  readonly fraud_reported: string;
};

/** Made up: the same seed gives the same claims. As in the public data, about a quarter is fraud, mostly of major damage. */
export function makeUpClaims({ count, seed }: { readonly count: number; readonly seed: number }): readonly Claim[] {
  const chance = drawing(seed);
  return Array.from({ length: count }, (_, index) => {
    const claim: Record<string, string | number> = {};
    for (const [name, column] of Object.entries(columns)) claim[name] = column.draw({ chance, index, claim });
    const known = claim as unknown as NewClaim;
    return { ...known, fraud_reported: chance() < probabilityOfFraud(known) ? "Y" : "N" };
  });
}

type NewClaim = Omit<Claim, "fraud_reported">;

function probabilityOfFraud(claim: NewClaim): number {
  const isMajor = claim.incident_severity === "Major Damage";
  const isRare = claim.insured_hobbies === "chess" || claim.insured_hobbies === "cross-fit";
  const logit = -3.2 + (isMajor ? 3.4 : 0) + (isRare ? 2.2 : 0) + claim.total_claim_amount / 90_000;
  return 1 / (1 + Math.exp(-logit));
}

/** Park and Miller's generator: numbers from 0 to 1. */
function drawing(seed: number): Drawing["chance"] {
  let state = (Math.trunc(Math.abs(seed)) % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
}

/** No value of these columns has a comma or a quote. */
export function claimsCsv(claims: readonly Claim[]): string {
  const [first] = claims;
  if (first === undefined) return "";
  const names = Object.keys(first) as (keyof Claim)[];
  return [names, ...claims.map((claim) => names.map((name) => claim[name]))]
    .map((row) => `${row.join(",")}\n`)
    .join("");
}
