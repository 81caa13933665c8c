#!/usr/bin/env bash
# rrule 2.8.1 places the times of a rule with TZID by the offset that holds a few hours earlier: on the day on which New York's clock
# goes on, a daily 03:30 comes at 04:30, and an hourly rule has one instant twice.
# One expects 03:30 on every day, since it is a time that exists on all of them, and each hour once. The process's own zone is UTC here.
# What helps: give the rule no TZID, take the digits of its dates as wall time, and place those by a library of time zones.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module","private":true}' > package.json
npm install --silent --no-audit --no-fund rrule@2.8.1
cat > program.mjs <<'JS'
import { readFileSync } from "node:fs";
import rrule from "rrule";
const { version } = JSON.parse(readFileSync("node_modules/rrule/package.json", "utf8"));
const times = (text, from, to) =>
  rrule.rrulestr(text).between(new Date(from), new Date(to), true).map((date) => date.toISOString().slice(5, 16));
const daily = times("DTSTART;TZID=America/New_York:20260301T033000\nRRULE:FREQ=DAILY", "2026-03-07", "2026-03-10");
const hourly = times("DTSTART;TZID=America/New_York:20260308T000000\nRRULE:FREQ=HOURLY", "2026-03-08T05:00Z", "2026-03-08T13:00Z");
console.log(`rrule ${version}: 03:30 in New York is ${daily.join(", ")} UTC; 03-08T07:30 is right`);
console.log(`hourly: ${hourly.join(", ")}`);
process.exit(daily.includes("03-08T08:30") && !daily.includes("03-08T07:30") && new Set(hourly).size < hourly.length ? 0 : 1);
JS
TZ=UTC node program.mjs
