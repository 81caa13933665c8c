/** When a cron expression fires, as croniter reads it. Lists are sorted. */
export interface Cron {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: readonly number[];
  /** None where every year will do. */
  readonly years: readonly number[] | undefined;
  readonly days: Days;
}

export interface Days {
  readonly daysOfMonth: ReadonlySet<number>;
  readonly lastDayOfMonth: boolean;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** `5#2`, the second Friday, and `L5`, the last one. When there are any, `weekdays` counts for nothing. */
  readonly nthWeekdays: readonly NthWeekday[];
  readonly everyDayOfMonth: boolean;
  readonly everyWeekday: boolean;
}

export interface NthWeekday {
  readonly weekday: number;
  readonly nth: number | "last";
}

/** A part of a cron expression, in the order of croniter. */
export type CronField = "minute" | "hour" | "day of month" | "month" | "day of week" | "second" | "year";

/** A cron expression that croniter does not take either, or that Prefect does not. */
export class CronError extends Error {
  override readonly name = "CronError";
}

/** Throws a CronError that names the part and what to write instead. */
export function parseCron(expression: string): Cron {
  const parts = splitCron(expression);
  const read = (index: number) => readField(parts, index);
  const [minute, hour, day, month, weekday] = [0, 1, 2, 3, 4].map(read) as [Field, Field, Field, Field, Field];
  checkWeekdays(parts, weekday);
  return {
    seconds: parts.length > 5 ? read(5).values : [0],
    minutes: minute.values,
    hours: hour.values,
    months: month.values,
    years: parts.length > 6 ? read(6).values : undefined,
    days: {
      daysOfMonth: new Set(day.values),
      lastDayOfMonth: day.last,
      weekdays: new Set(weekday.values),
      nthWeekdays: weekday.nths,
      everyDayOfMonth: isEvery(day, 31, parts[4]),
      everyWeekday: isEvery(weekday, 7, parts[2]),
    },
  };
}

/** The parts of an expression in small letters, with a nickname such as `@daily` put into words. */
function splitCron(expression: string): readonly string[] {
  const lower = expression.toLowerCase();
  const parts = (nicknames.get(lower) ?? lower).split(/\s+/).filter((part) => part !== "");
  if (parts.length >= 5 && parts.length <= 7) return parts;
  throw new CronError(
    `it has ${parts.length} ${parts.length === 1 ? "part" : "parts"} and needs five: minute, hour, day of month, month, day of week`,
  );
}

/** Ranges such as `5-5`, which croniter takes for the whole of their field. `59/15` is `59-59/15` to it. */
export function wholeRanges(expression: string): readonly WholeRange[] {
  const parts = splitCron(expression);
  return parts.flatMap((part, index) =>
    part.split(",").flatMap((item) => {
      const { name, max } = fieldAt(index);
      const [, first = "", last = first] = /^([^-/]+)-([^-/]+)/.exec(item) ?? /^(\d+)\//.exec(item) ?? [];
      const goesOn = !item.includes("-") && Number(first) !== max;
      return first !== "" && first === last && !goesOn ? [{ range: item, value: first, field: name }] : [];
    }),
  );
}

export interface WholeRange {
  readonly range: string;
  /** The single value that may have been meant. */
  readonly value: string;
  readonly field: CronField;
}

interface FieldRules {
  readonly name: CronField;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

interface Field {
  readonly values: readonly number[];
  /** Has a `*`, which makes the part match everything, whatever else is in it. */
  readonly star: boolean;
  /** Has the `L` of the day of month. */
  readonly last: boolean;
  readonly nths: readonly NthWeekday[];
}

const monthNames = ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const fields: readonly [FieldRules, FieldRules, FieldRules, FieldRules, FieldRules, FieldRules, FieldRules] = [
  { name: "minute", min: 0, max: 59, names: [] },
  { name: "hour", min: 0, max: 23, names: [] },
  { name: "day of month", min: 1, max: 31, names: [] },
  { name: "month", min: 1, max: 12, names: monthNames },
  { name: "day of week", min: 0, max: 6, names: weekdayNames },
  { name: "second", min: 0, max: 59, names: [] },
  { name: "year", min: 1970, max: 2099, names: [] },
];

const nicknames: ReadonlyMap<string, string> = new Map([
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
  ["@daily", "0 0 * * *"],
  ["@weekly", "0 0 * * 0"],
  ["@monthly", "0 0 1 * *"],
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
]);

function fieldAt(index: number): FieldRules {
  const field = fields[index];
  if (field === undefined) throw new RangeError(`${index} is not a part of a cron expression`);
  return field;
}

function readField(parts: readonly string[], index: number): Field {
  const rules = fieldAt(index);
  const text = parts[index] ?? "";
  const field = { rules, text, partCount: parts.length };
  refuseOtherDialects(field);
  if (text === "?") return { values: allOf(rules), star: true, last: false, nths: [] };
  const items = text.split(",").map((item) => readItem(item, field));
  const star = items.some((item) => item.star);
  const values = [...new Set(items.flatMap((item) => item.values))].toSorted((a, b) => a - b);
  return {
    values: star ? allOf(rules) : values,
    star,
    last: items.some((item) => item.last),
    nths: items.flatMap(({ nth, values: weekdays }) =>
      nth === undefined ? [] : weekdays.map((weekday) => ({ weekday, nth })),
    ),
  };
}

interface FieldText {
  readonly rules: FieldRules;
  readonly text: string;
  readonly partCount: number;
}

interface Item {
  readonly values: readonly number[];
  readonly star?: boolean;
  readonly last?: boolean;
  readonly nth?: number | "last";
}

function readItem(item: string, field: FieldText): Item {
  const { rules } = field;
  if (item === "*") return { values: [], star: true };
  if (item === "l" && rules.name === "day of month") return { values: [], last: true };
  if (rules.name === "day of week") {
    const [, days, nth] = /^(\w+|[a-z]{3}-[a-z]{3})#(\d+)$/.exec(item) ?? [];
    if (days !== undefined) return { values: readRange(days, field), nth: readNth(Number(nth), field) };
    const [, lastDay] = /^l(\d+)$/.exec(item) ?? [];
    if (lastDay !== undefined) return { values: [readNumber(lastDay, field)], nth: "last" };
  }
  return { values: readRange(item, field) };
}

/** `5`, `1-5`, `1-23/2`, `5/15` (on to the end), and `22-3`, which goes on at the start of the field. */
function readRange(item: string, field: FieldText): readonly number[] {
  const { rules } = field;
  const [, range = item, stepText] = /^([^/]+)\/(\d+)$/.exec(item) ?? [];
  const step = stepText === undefined ? undefined : Number(stepText);
  if (step === 0) throw wrong(field, `the step of ${JSON.stringify(item)} is 0: write 1 or more`);
  if (range === "*") return steps(rules.min, rules.max, step ?? 1);
  const [, lowText, highText] = /^([^-]+)-([^-]+)$/.exec(range) ?? [];
  if (lowText === undefined || highText === undefined) {
    if (step === undefined) return [readNumber(range, field)];
    return between(readBound(range, field), rules.max, step, field);
  }
  const high = highText === "l" && rules.name === "day of month" ? 31 : readBound(highText, field);
  return between(readBound(lowText, field), high, step ?? 1, field);
}

function between(low: number, high: number, step: number, field: FieldText): readonly number[] {
  const { min, max } = field.rules;
  if (low === high) return steps(min, max, step);
  const found = low < high ? steps(low, high, step) : wrapped(low, high, step, field.rules);
  for (const value of found) checkBounds(value, String(value), field);
  return found;
}

/** croniter counts the step on over the end of the part: `apr-jan/3` is April, July, October and January. */
function wrapped(low: number, high: number, step: number, { min, max }: FieldRules): readonly number[] {
  const upper = steps(low, max, step);
  const lastUpper = upper.at(-1) ?? low;
  const skipped = max - lastUpper;
  const goesOver = lastUpper - min + step > max - min + 1;
  return [...upper, ...steps(min + (goesOver && skipped < step ? step - skipped : 0), high, step)];
}

function steps(low: number, high: number, step: number): readonly number[] {
  return Array.from({ length: Math.max(0, Math.floor((high - low) / step) + 1) }, (_, index) => low + index * step);
}

function allOf({ min, max }: FieldRules): readonly number[] {
  return steps(min, max, 1);
}

function readNumber(text: string, field: FieldText): number {
  const value = readBound(text, field);
  checkBounds(value, text, field);
  return value;
}

function readBound(text: string, field: FieldText): number {
  const { rules } = field;
  const value = /^\d+$/.test(text) ? Number(text) : rules.names.indexOf(text);
  if (value < 0 || text === "") {
    throw wrong(field, `${JSON.stringify(text)} is not a value: write ${rules.min} to ${rules.max}${namesOf(rules)}`);
  }
  if (value > highest(field)) checkBounds(value, text, field);
  return alias(value, field);
}

/** Sunday is 7 too where there are five parts; day 0 means day 1 where there are six: croniter moves it with the parts. */
function alias(value: number, { rules, partCount }: FieldText): number {
  if (rules.name === "day of week" && partCount === 5 && value === 7) return 0;
  if (rules.name === "day of month" && partCount === 6 && value === 0) return 1;
  return value;
}

function highest({ rules, partCount }: FieldText): number {
  return rules.name === "day of week" && partCount === 5 ? 7 : rules.max;
}

function checkBounds(value: number, text: string, field: FieldText): void {
  const { min, max } = field.rules;
  if (value < min || value > max) throw wrong(field, `${text} is out of range: write ${min} to ${highest(field)}`);
}

function readNth(nth: number, field: FieldText): number {
  if (nth >= 1 && nth <= 5) return nth;
  throw wrong(field, `#${nth} is out of range: a month has the first (#1) to the fifth (#5) of a weekday`);
}

/** A day field matches every day when it has a star, or lists all of them while the other day field has a star. */
function isEvery(field: Field, size: number, otherDayField = ""): boolean {
  return field.star || (field.values.length === size && otherDayField.includes("*"));
}

function checkWeekdays(parts: readonly string[], { values, nths }: Field): void {
  const plain = values.filter((value) => !nths.some(({ weekday }) => weekday === value));
  if (nths.length === 0 || plain.length === 0 || values.length === 7) return;
  throw new CronError(
    `the day of week ${JSON.stringify(parts[4])} mixes plain weekdays with numbered ones such as 5#2: make a schedule of each`,
  );
}

function refuseOtherDialects(field: FieldText): void {
  const { text, rules } = field;
  if (/(^|,)[hr](\(|\/|,|$)/.test(text)) {
    throw wrong(field, "H and R (a hashed or random value) are not supported: write a fixed value");
  }
  if (text.includes("?") && (text !== "?" || !rules.name.startsWith("day"))) {
    throw wrong(field, "? has to stand alone in a day field: write *");
  }
  if (/\dw|lw/.test(text)) throw wrong(field, "W (the nearest weekday) is not supported: write the days");
  const [, weekday] = rules.name === "day of week" ? (/(?:^|,)(\w+)l(?:,|$)/.exec(text) ?? []) : [];
  if (weekday !== undefined) throw wrong(field, `write L${weekday} for the last one of the month`);
}

function wrong({ rules, text }: FieldText, message: string): CronError {
  return new CronError(`in the ${rules.name} ${JSON.stringify(text)}, ${message}`);
}

function namesOf({ names }: FieldRules): string {
  const known = names.filter((name) => name !== "");
  return known.length === 0 ? "" : `, or ${known[0]} to ${known.at(-1)}`;
}
