"""Writes what Prefect answers for seeded schedules, as data for differential.test.ts.

Run by hand, in a Python 3.13 with `pip install prefect==3.9.1 croniter==7.0.0 tzdata==2026.3`, whose zones are those of Node's
`process.versions.tz`, 2026c. Only dateutil reads those of the machine, since it takes the files of tzdata for UTC; so the RRULE cases
leave out Casablanca, whose clock a later version changes:

    python packages/schedules/test/vectors/make.py

Each line is [kind, schedule, start, count, prefect, right]: `start` in seconds since the epoch, `prefect` the times that Prefect
3.9.1 gives, `right` those of a second engine where they differ. Times are written as the first one and the steps after it; an
error is written as its text. The second engines are croniter 7.0.0 (cron), dates counted from the anchor with zoneinfo
(interval), and dateutil without a zone, placed by zoneinfo (RRULE).
"""

import asyncio
import datetime as dt
import importlib.util
import json
import math
import os
import pathlib
import random
import re
import signal
import sys
from itertools import islice

# Before anything reads a zone: not those of the machine.
os.environ["PYTHONTZPATH"] = str(pathlib.Path(importlib.util.find_spec("tzdata").origin).parent / "zoneinfo")

from zoneinfo import ZoneInfo

import croniter as newer_croniter
import dateutil.rrule
from prefect._internal.schemas.validators import normalize_rrule_string
from prefect.server.schemas import schedules as prefect_schedules
from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule, RRuleSchedule

SEED = 12
UTC = dt.timezone.utc
ZONES = [
    "America/New_York", "Europe/Berlin", "Europe/London", "Australia/Lord_Howe", "Antarctica/Troll", "America/Havana",
    "Africa/Casablanca", "America/Santiago", "Asia/Kathmandu", "Asia/Kolkata", "Pacific/Auckland", "Pacific/Apia", "UTC",
]
COUNT = 8
FOLDER = pathlib.Path(__file__).parent


def main():
    makers = {
        "cron": lambda: cron_cases(random.Random(SEED)),
        "interval": lambda: interval_cases(random.Random(SEED + 1)),
        "rrule": lambda: rrule_cases(random.Random(SEED + 2)),
        "changes": change_cases,
    }
    for name in sys.argv[1:] or makers:
        write(name, makers[name]())


class TooSlow(BaseException):
    pass


def stop(*_):
    raise TooSlow


def write(name, cases):
    """Cases for which Python needs more than two seconds are left out."""
    signal.signal(signal.SIGALRM, stop)
    lines = []
    for case in cases:
        signal.alarm(2)
        try:
            lines.append(json.dumps(line(*case), separators=(",", ":")))
        except TooSlow:
            print("left out:", case)
        signal.alarm(0)
    (FOLDER / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    print(name, len(lines))


def line(kind, schedule, start, count):
    answer = answer_of(kind, schedule, start, count)
    right = right_of(kind, schedule, start, count)
    shared = [kind, schedule, seconds(start), count, packed(answer)]
    return shared if right == answer else [*shared, packed(right)]


def packed(times):
    if isinstance(times, str) or not times:
        return times
    return times[:1] + [round(after - before, 6) for before, after in zip(times, times[1:])]


def seconds(moment):
    number = moment.timestamp()
    return int(number) if number == int(number) else round(number, 6)


# What Prefect answers


CLASSES = {"cron": CronSchedule, "interval": IntervalSchedule, "rrule": RRuleSchedule}


def answer_of(kind, schedule, start, count):
    try:
        if kind == "rrule":
            # What the server does when a schedule is made.
            rule = normalize_rrule_string(schedule["rrule"], now=start, timezone=schedule["timezone"])
            schedule = {**schedule, "rrule": rule}
        made = CLASSES[kind](**schedule)
        return [seconds(date) for date in asyncio.run(made.get_dates(count, start))]
    except Exception as error:
        return f"{type(error).__name__}: {error}".split("\n")[0][:80]


# The second engines


def right_of(kind, schedule, start, count):
    if kind == "cron":
        return right_cron(schedule, start, count)
    if kind == "interval":
        return right_interval(schedule, start, count)
    return right_rrule(schedule, start, count)


def right_cron(schedule, start, count):
    vendored = prefect_schedules.croniter
    prefect_schedules.croniter = newer_croniter.croniter
    try:
        return answer_of("cron", schedule, start, count)
    finally:
        prefect_schedules.croniter = vendored


def right_interval(schedule, start, count):
    zone = ZoneInfo(schedule["timezone"] or "UTC")
    step = dt.timedelta(seconds=schedule["interval"])
    anchor = dt.datetime.fromisoformat(schedule["anchor_date"])
    if step < dt.timedelta(days=1):
        index = math.ceil((start - anchor) / step)
        return [seconds(anchor + step * (index + number)) for number in range(count)]
    wall = anchor.astimezone(zone).replace(tzinfo=None)
    index = math.floor((start.astimezone(zone).replace(tzinfo=None) - wall) / step) - 2
    times = []
    while len(times) < count:
        placed = anchor if index == 0 else (wall + step * index).replace(tzinfo=zone, fold=0)
        if seconds(placed) >= seconds(start) and seconds(placed) not in times:
            times.append(seconds(placed))
        index += 1
    return times


def right_rrule(schedule, start, count):
    zone = ZoneInfo(schedule["timezone"])
    try:
        text = re.sub(r"(?<=\d)Z|;TZID=[^:]*", "", schedule["rrule"])
        rule = dateutil.rrule.rrulestr(text, dtstart=dt.date(2020, 1, 1))
    except Exception as error:
        return f"{type(error).__name__}: {error}".split("\n")[0][:80]
    if isinstance(rule, dateutil.rrule.rrule) and rule._count is None and rule._freq >= dateutil.rrule.MINUTELY:
        anchored = normalize_rrule_string(text, now=start - dt.timedelta(days=2), timezone=schedule["timezone"])
        rule = dateutil.rrule.rrulestr(anchored)
    from_wall = start.astimezone(zone).replace(tzinfo=None) - dt.timedelta(days=1)
    # Those of a gap go back and come before their neighbours: a few more are taken, sorted, and cut.
    walls = islice((date for date in rule if date >= from_wall), 40 * count + 3000 * (rule_frequency(rule) >= 5))
    times = sorted({seconds(placed) for placed in (earlier(wall, zone) for wall in walls) if placed >= start})
    return times[:count]


def rule_frequency(rule):
    return rule._freq if isinstance(rule, dateutil.rrule.rrule) else max((one._freq for one in rule._rrule), default=0)


def earlier(wall, zone):
    """A wall time of a gap is taken with the offset after it, so that it goes back; zoneinfo does so for fold=1."""
    first = wall.replace(tzinfo=zone, fold=0)
    skipped = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall
    return wall.replace(tzinfo=zone, fold=1) if skipped else first


# Starts


def transitions(name, first_year=2024, last_year=2037):
    zone = ZoneInfo(name)
    moment = dt.datetime(first_year, 1, 1, tzinfo=UTC)
    end = dt.datetime(last_year, 12, 1, tzinfo=UTC)
    hour = dt.timedelta(hours=1)
    while moment < end:
        later = moment + dt.timedelta(days=7)
        if moment.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            low, high = moment, later
            while high - low > dt.timedelta(seconds=1):
                middle = low + (high - low) / 2
                middle = middle.replace(microsecond=0)
                if middle.astimezone(zone).utcoffset() == moment.astimezone(zone).utcoffset():
                    low = middle
                else:
                    high = middle
            yield high
        moment = later


ALL_TRANSITIONS = {zone: list(transitions(zone)) for zone in ZONES}


def start_in(chance, zone):
    """Half of them lie around a change of the zone's clock."""
    near = ALL_TRANSITIONS[zone]
    if near and chance.random() < 0.5:
        return chance.choice(near) + dt.timedelta(seconds=chance.randint(-100_000, 20_000))
    start = dt.datetime(2024, 1, 1, tzinfo=UTC) + dt.timedelta(seconds=chance.randint(0, 12 * 365 * 86_400))
    return start.replace(microsecond=chance.choice([0, 0, 0, 250_000]))


# Cron


def cron_cases(chance):
    for _ in range(3000):
        zone = chance.choice(ZONES)
        schedule = {"cron": cron_expression(chance), "timezone": zone}
        if chance.random() < 0.25:
            schedule["day_or"] = False
        yield "cron", schedule, start_in(chance, zone), COUNT
    for _ in range(100):
        # Days that February does not have, asked for in February.
        day = chance.choice(["1,31", "1,15,30", "*/15", "*/10", "29-2", "1,L"])
        weekday, day_or = chance.choice([("*", True), ("1-5", False), ("6", False), ("3", True)])
        schedule = {"cron": f"{chance.randint(0, 59)} 12 {day} * {weekday}", "timezone": "Asia/Kolkata", "day_or": day_or}
        yield "cron", schedule, dt.datetime(chance.randint(2024, 2036), 2, chance.randint(1, 28), tzinfo=UTC), COUNT


def cron_expression(chance):
    if chance.random() < 0.02:
        return chance.choice(["@midnight", "@hourly", "@daily", "@weekly", "@monthly", "@yearly", "@Annually"])
    minute = part(chance, 0, 59, 0.2)
    hour = part(chance, 0, 23, 0.35)
    day = part(chance, 1, 31, 0.6, extra=["L", "1,L", "28-L", "?"])
    month = part(chance, 1, 12, 0.75, names="jan feb mar apr may jun jul aug sep oct nov dec".split())
    weekday = part(chance, 0, 7, 0.6, names="sun mon tue wed thu fri sat".split(), extra=["5#2", "L5", "mon#1,wed#3", "1#5", "?"])
    fields = [minute, hour, day, month, weekday]
    shape = chance.random()
    if shape < 0.06:
        fields.append(part(chance, 0, 59, 0.1))
    elif shape < 0.09:
        fields += [part(chance, 0, 59, 0.1), chance.choice(["*", "2024-2040", "2025/3"])]
    elif shape < 0.11:
        # Not valid: croniter has to refuse them too.
        fields[chance.randrange(5)] = chance.choice(["99", "a", "*/0", "1-", "5L", "15W", "+5", "H", "1-5#1", "5,", "-3", "1/x", "0#9"])
    return " ".join(fields)


def part(chance, low, high, star, names=None, extra=()):
    if chance.random() < star:
        return "*"
    if extra and chance.random() < 0.15:
        return chance.choice(extra)
    return ",".join(item(chance, low, high, names) for _ in range(chance.choice([1, 1, 1, 1, 2, 2, 3])))


def item(chance, low, high, names):
    value = lambda: chance.choice(names).upper() if names and chance.random() < 0.2 else str(chance.randint(low, high))
    kind = chance.random()
    if kind < 0.5:
        return value()
    if kind < 0.65:
        return f"*/{chance.choice([2, 3, 4, 5, 7, 10, 15, 20, 25, 61])}"
    if kind < 0.75:
        return f"{chance.randint(low, high)}/{chance.choice([2, 3, 5, 15])}"
    first = value()
    last = first if chance.random() < 0.04 else value()
    return f"{first}-{last}" + (f"/{chance.choice([2, 3, 5])}" if chance.random() < 0.3 else "")


# Interval


def interval_cases(chance):
    whole_days = [1, 1, 2, 7, 14, 30]
    for _ in range(600):
        zone = chance.choice(ZONES)
        size = chance.random()
        if size < 0.4:
            interval = chance.choice([60, 300, 900, 1800, 3600, 5400, 7200, 21600, 43200, 61.5, 0.25, 86399])
        elif size < 0.85:
            interval = chance.choice(whole_days) * 86400
        else:
            interval = chance.choice([90000, 129600, 100000, 86401, 604800 + 1800])
        start = start_in(chance, zone)
        anchor = start + dt.timedelta(seconds=chance.randint(-700 * 86_400, 60 * 86_400))
        near = ALL_TRANSITIONS[zone]
        if near and chance.random() < 0.5:
            # An anchor whose wall time falls into a gap or a repeated hour of a later day.
            anchor = chance.choice(near) + dt.timedelta(days=chance.randint(-20, 5), seconds=chance.choice([0, 1800, -1800, 3600]))
        anchor = anchor.replace(microsecond=0)
        schedule = {"interval": interval, "anchor_date": anchor.isoformat(), "timezone": zone}
        yield "interval", schedule, start, COUNT


# RRULE


def rrule_cases(chance):
    made = 0
    while made < 600:
        zone = chance.choice([zone for zone in ZONES if zone != "Africa/Casablanca"])
        start = start_in(chance, zone)
        made += 1
        yield "rrule", {"rrule": rrule_text(chance, start), "timezone": zone}, start, COUNT


def rrule_text(chance, start):
    freq = chance.choice(["YEARLY", "MONTHLY", "MONTHLY", "WEEKLY", "WEEKLY", "DAILY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"])
    parts = [f"FREQ={freq}"]
    if chance.random() < 0.5:
        parts.append(f"INTERVAL={chance.choice([1, 2, 3, 4, 5, 6, 12])}")
    if chance.random() < 0.2:
        parts.append(f"WKST={chance.choice(['MO', 'SU', 'TH'])}")
    some = lambda values, most=3: ",".join(str(value) for value in sorted(chance.sample(values, chance.randint(1, min(most, len(values))))))
    if chance.random() < 0.25:
        parts.append("BYMONTH=" + some(range(1, 13)))
    if chance.random() < 0.25:
        parts.append("BYMONTHDAY=" + some([1, 2, 13, 15, 28, 29, 30, 31, -1, -2, -10]))
    if chance.random() < 0.4:
        days = chance.sample(["MO", "TU", "WE", "TH", "FR", "SA", "SU"], chance.randint(1, 3))
        if freq in ("YEARLY", "MONTHLY") and chance.random() < 0.6:
            days = [f"{chance.choice(['+1', '2', '3', '-1', '-2', '4', '5'])}{day}" for day in days]
        parts.append("BYDAY=" + ",".join(days))
    if freq == "YEARLY" and chance.random() < 0.3:
        parts.append(chance.choice(["BYYEARDAY=1,100,-1", "BYWEEKNO=1,20,53", "BYWEEKNO=-1", "BYEASTER=0", "BYEASTER=-2,39"]))
    slow = freq in ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
    if chance.random() < 0.4:
        parts.append("BYHOUR=" + some([0, 1, 2, 3, 9, 12, 23]))
    if chance.random() < 0.4:
        parts.append("BYMINUTE=" + some([0, 15, 30, 45]))
    if chance.random() < 0.1 or freq == "SECONDLY":
        parts.append("BYSECOND=" + some([0, 30]))
    if len(parts) > 2 and slow and chance.random() < 0.2:
        parts.append("BYSETPOS=" + chance.choice(["1", "-1", "2", "1,-1", "3"]))
    end = chance.random()
    if end < 0.12:
        parts.append(f"COUNT={chance.choice([3, 10, 300])}")
    elif end < 0.3:
        parts.append(f"UNTIL={chance.randint(2025, 2037)}1231{chance.choice(['', 'T235959', 'T235959Z'])}")
    rule = ";".join(chance.sample(parts[1:], len(parts) - 1))
    lines = [f"RRULE:{parts[0]}" + (f";{rule}" if rule else "")]
    if chance.random() < 0.6:
        # dateutil walks from DTSTART on: a second's rule can't begin long before.
        days = {"SECONDLY": 3, "MINUTELY": 60, "HOURLY": 600}.get(freq, 3600)
        day = start - dt.timedelta(days=chance.randint(-20, days))
        digits = f"{day:%Y%m%d}T{chance.randint(0, 23):02}{chance.choice(['00', '15', '30'])}00"
        lines.insert(0, chance.choice([f"DTSTART:{digits}", f"DTSTART:{digits}", f"DTSTART:{digits}Z", f"DTSTART;TZID=Europe/Berlin:{digits}"]))
        if slow and chance.random() < 0.2:
            lines.append(f"EXDATE:{digits}")
        if slow and chance.random() < 0.15:
            lines.append(f"RDATE:{chance.randint(2026, 2036)}0704T023000,{chance.randint(2026, 2036)}0311T101010Z")
        if slow and chance.random() < 0.1:
            lines.append("EXRULE:FREQ=YEARLY;BYMONTH=7,12")
        if slow and chance.random() < 0.1:
            lines.append("RRULE:FREQ=MONTHLY;BYMONTHDAY=15")
    return "\n".join(lines)


# Every change of the clock


def change_cases():
    """Also of zones with half hours, changes at midnight and winter time as the exception; and the day that Samoa left out in 2011."""
    more = {zone: list(transitions(zone)) for zone in ["America/St_Johns", "Africa/Cairo", "Asia/Beirut", "Europe/Dublin"]}
    samoa = {"Pacific/Apia": list(transitions("Pacific/Apia", 2010, 2021))}
    for zone, changes in (ALL_TRANSITIONS | more | samoa).items():
        for change in changes:
            before = change - dt.timedelta(hours=3)
            # The wall time that the change skips, or repeats: half an hour after it by the clock before it.
            wall = (change - dt.timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None) + dt.timedelta(minutes=15, seconds=1)
            yield "cron", {"cron": "*/20 * * * *", "timezone": zone}, before, 18
            yield "cron", {"cron": f"{wall.minute} {wall.hour} * * *", "timezone": zone}, before - dt.timedelta(days=1), 4
            yield "interval", {"interval": 1800, "anchor_date": "2024-01-01T00:00:00+00:00", "timezone": zone}, before, 12
            anchor = wall.replace(tzinfo=ZoneInfo(zone)) - dt.timedelta(days=3)
            schedule = {"interval": 86400, "anchor_date": anchor.astimezone(UTC).isoformat(), "timezone": zone}
            yield "interval", schedule, before - dt.timedelta(days=1), 4
            start = (wall - dt.timedelta(days=2)).strftime("%Y%m%dT%H%M%S")
            yield "rrule", {"rrule": f"DTSTART:{start}\nRRULE:FREQ=DAILY", "timezone": zone}, before - dt.timedelta(days=1), 4
            yield "rrule", {"rrule": f"DTSTART:{start}\nRRULE:FREQ=HOURLY;INTERVAL=2", "timezone": zone}, before, 5


if __name__ == "__main__":
    main()
