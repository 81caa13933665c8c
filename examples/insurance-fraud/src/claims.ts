/** A claim, with columns of the public data set of car insurance claims that models of fraud are tried on. */
export interface Claim {
  readonly policy_number: number;
  readonly months_as_customer: number;
  readonly age: number;
  readonly policy_state: string;
  readonly policy_annual_premium: number;
  readonly insured_hobbies: string;
  /** Year, month, day: `2015-01-31`. */
  readonly incident_date: string;
  readonly incident_type: string;
  readonly collision_type: string;
  readonly incident_severity: string;
  readonly authorities_contacted: string;
  readonly incident_hour_of_the_day: number;
  readonly number_of_vehicles_involved: number;
  readonly witnesses: number;
  readonly police_report_available: string;
  readonly total_claim_amount: number;
  readonly auto_make: string;
  /** `Y` or `N`; not known of new claims. */
  readonly fraud_reported: string;
}

const choices = {
  policy_state: ["OH", "IN", "IL"],
  insured_hobbies: ["reading", "exercise", "golf", "camping", "chess", "cross-fit", "yachting", "sleeping"],
  incident_type: ["Single Vehicle Collision", "Multi-vehicle Collision", "Parked Car", "Vehicle Theft"],
  collision_type: ["Rear Collision", "Side Collision", "Front Collision", "?"],
  incident_severity: ["Minor Damage", "Major Damage", "Total Loss", "Trivial Damage"],
  authorities_contacted: ["Police", "Fire", "Ambulance", "Other", "None"],
  police_report_available: ["YES", "NO", "?"],
  auto_make: ["Saab", "Dodge", "Suburu", "Nissan", "Chevrolet", "Ford", "BMW", "Toyota"],
} as const;

/** Made up: the same seed gives the same claims. As in the public data, about a quarter is fraud, mostly of major damage. */
export function makeUpClaims({ count, seed }: { readonly count: number; readonly seed: number }): readonly Claim[] {
  const chance = drawing(seed);
  const whole = (from: number, to: number) => from + Math.floor(chance() * (to - from + 1));
  const one = (name: keyof typeof choices) => choices[name][whole(0, choices[name].length - 1)] ?? "?";
  return Array.from({ length: count }, (_, index) => {
    const claim = {
      policy_number: 100_000 + index,
      months_as_customer: whole(0, 479),
      age: whole(19, 64),
      policy_state: one("policy_state"),
      policy_annual_premium: whole(400, 2050),
      insured_hobbies: one("insured_hobbies"),
      incident_date: new Date(Date.UTC(2015, 0, whole(1, 60))).toISOString().slice(0, 10),
      incident_type: one("incident_type"),
      collision_type: one("collision_type"),
      incident_severity: one("incident_severity"),
      authorities_contacted: one("authorities_contacted"),
      incident_hour_of_the_day: whole(0, 23),
      number_of_vehicles_involved: whole(1, 4),
      witnesses: whole(0, 3),
      police_report_available: one("police_report_available"),
      total_claim_amount: whole(1, 1150) * 100,
      auto_make: one("auto_make"),
    };
    return { ...claim, fraud_reported: chance() < probabilityOfFraud(claim) ? "Y" : "N" };
  });
}

function probabilityOfFraud(claim: Omit<Claim, "fraud_reported">): number {
  const isMajor = claim.incident_severity === "Major Damage";
  const isRare = claim.insured_hobbies === "chess" || claim.insured_hobbies === "cross-fit";
  const logit = -3.2 + (isMajor ? 3.4 : 0) + (isRare ? 2.2 : 0) + claim.total_claim_amount / 90_000;
  return 1 / (1 + Math.exp(-logit));
}

/** Park and Miller's generator: numbers from 0 to 1. */
function drawing(seed: number): () => number {
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
