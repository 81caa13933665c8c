/** What a value is drawn from. */
export interface Drawing {
  /** Gives numbers from 0 to 1. */
  readonly chance: () => number;
  readonly index: number;
  /** The columns before. */
  readonly claim: Readonly<Record<string, string | number>>;
}

interface Column<Value extends string | number> {
  /** In SQL. */
  readonly type: "integer" | "double precision" | "text" | "date";
  draw(drawing: Drawing): Value;
}

/** The columns of the public data set with its names, misspelt ones too, in its order. The last one, whether it was a fraud, is not known of new claims. */
export const columns = {
  months_as_customer: whole(0, 479),
  age: whole(19, 64),
  policy_number: integer(({ index }) => 100_000 + index),
  policy_bind_date: day("1990-01-08", 9_169),
  policy_state: one("OH", "IN", "IL"),
  policy_csl: one("100/300", "250/500", "500/1000"),
  policy_deductable: integer(({ chance }) => pick([500, 1000, 2000], chance)),
  policy_annual_premium: {
    type: "double precision",
    draw: ({ chance }) => Math.round(40_000 + chance() * 165_000) / 100,
  } as Column<number>,
  umbrella_limit: integer(({ chance }) => (chance() < 0.8 ? 0 : 1_000_000 * between(2, 10, chance))),
  insured_zip: whole(430_000, 620_999),
  insured_sex: one("FEMALE", "MALE"),
  insured_education_level: one("High School", "Associate", "College", "Masters", "JD", "MD", "PhD"),
  insured_occupation: one("sales", "tech-support", "craft-repair", "prof-specialty", "exec-managerial", "armed-forces"),
  insured_hobbies: one("reading", "exercise", "golf", "camping", "chess", "cross-fit", "yachting", "sleeping"),
  insured_relationship: one("husband", "wife", "own-child", "unmarried", "not-in-family", "other-relative"),
  "capital-gains": integer(({ chance }) => (chance() < 0.5 ? 0 : 100 * between(10, 1_000, chance))),
  "capital-loss": integer(({ chance }) => (chance() < 0.5 ? 0 : -100 * between(50, 1_100, chance))),
  incident_date: day("2015-01-01", 60),
  incident_type: one("Single Vehicle Collision", "Multi-vehicle Collision", "Parked Car", "Vehicle Theft"),
  collision_type: one("Rear Collision", "Side Collision", "Front Collision", "?"),
  incident_severity: one("Minor Damage", "Major Damage", "Total Loss", "Trivial Damage"),
  authorities_contacted: one("Police", "Fire", "Ambulance", "Other", "None"),
  incident_state: one("NY", "SC", "WV", "VA", "NC", "PA", "OH"),
  incident_city: one("Springfield", "Arlington", "Columbus", "Northbend", "Hillsdale", "Riverwood", "Northbrook"),
  incident_location: text(({ chance }) => `${between(1000, 9999, chance)} ${pick(["Oak", "Elm"], chance)} Street`),
  incident_hour_of_the_day: whole(0, 23),
  number_of_vehicles_involved: whole(1, 4),
  property_damage: one("YES", "NO", "?"),
  bodily_injuries: whole(0, 2),
  witnesses: whole(0, 3),
  police_report_available: one("YES", "NO", "?"),
  total_claim_amount: integer(({ chance }) => 100 * between(1, 1150, chance)),
  injury_claim: integer(({ chance, claim }) => partOf(claim.total_claim_amount, chance)),
  property_claim: integer(({ chance, claim }) => partOf(claim.total_claim_amount, chance)),
  vehicle_claim: integer(
    ({ claim }) => Number(claim.total_claim_amount) - Number(claim.injury_claim) - Number(claim.property_claim),
  ),
  auto_make: one("Saab", "Dodge", "Suburu", "Nissan", "Chevrolet", "Ford", "BMW", "Toyota"),
  auto_model: text(({ chance, claim }) => pick(models[String(claim.auto_make)] ?? ["?"], chance)),
  auto_year: whole(1995, 2015),
};

export type ClaimColumns = typeof columns;

const models: Readonly<Record<string, readonly string[]>> = {
  Saab: ["92x", "93", "95"],
  Dodge: ["RAM", "Neon"],
  Suburu: ["Legacy", "Impreza"],
  Nissan: ["Pathfinder", "Maxima", "Ultima"],
  Chevrolet: ["Tahoe", "Malibu", "Silverado"],
  Ford: ["F150", "Escape", "Fusion"],
  BMW: ["X5", "X6", "M5"],
  Toyota: ["Camry", "Corolla", "Highlander"],
};

function integer(draw: Column<number>["draw"]): Column<number> {
  return { type: "integer", draw };
}

function text(draw: Column<string>["draw"]): Column<string> {
  return { type: "text", draw };
}

function whole(from: number, to: number): Column<number> {
  return integer(({ chance }) => between(from, to, chance));
}

function one(...values: readonly string[]): Column<string> {
  return text(({ chance }) => pick(values, chance));
}

/** One of so many days from the first on: `2015-01-31`. */
function day(first: string, count: number): Column<string> {
  const draw = ({ chance }: Drawing) =>
    new Date(Date.parse(first) + 86_400_000 * between(0, count - 1, chance)).toISOString().slice(0, 10);
  return { type: "date", draw };
}

function between(from: number, to: number, chance: Drawing["chance"]): number {
  return from + Math.floor(chance() * (to - from + 1));
}

function pick<T>(values: readonly [T, ...T[]] | readonly T[], chance: Drawing["chance"]): T {
  return values[between(0, values.length - 1, chance)] as T;
}

/** Up to a fifth, in tens. */
function partOf(total: string | number | undefined, chance: Drawing["chance"]): number {
  return 10 * Math.floor((Number(total) / 50) * chance());
}
