import { methods } from "./methods.ts";
import { dateText, type Moment, momentText, partsOf, type Span, strftime, timeText } from "./moments.ts";

export const momentMethods = methods<Moment>({
  isoformat: ["sep", (moment, given) => momentText(moment, given.text("sep", "T"))],
  strftime: [
    "format",
    (moment, given, { budget }) => {
      const text = strftime(moment, given.text("format"));
      budget.make(text.length);
      return text;
    },
  ],
  timestamp: ["", (moment) => moment.time / 1_000_000],
  date: ["", (moment) => dateText(moment)],
  time: ["", (moment) => timeText(moment)],
  weekday: ["", (moment) => BigInt(partsOf(moment).weekday)],
  isoweekday: ["", (moment) => BigInt(partsOf(moment).weekday + 1)],
});

export const spanMethods = methods<Span>({
  total_seconds: ["", (span) => span.microseconds / 1_000_000],
});
