"""Writes random recurrence rules and when they happen according to python-dateutil, for the test beside it.

    python rules.py 2000 > rules.tsv                              what is in the repository
    python rules.py 100000 > /some/where/rules.tsv                many more, checked with
    RULES=/some/where/rules.tsv cargo test -p tidegate-domain --test calendar

A line has: start, rule, the last time to look at, and of the occurrences up to then (at most 40) their number, the
FNV-1a hash of their texts, the first and the last. The same seed gives the same lines.

Where dateutil departs from RFC 5545, and what is therefore not asked:

* BYSECOND and SECONDLY: left out of our rules.
* BYWEEKNO alone names every day of the week. RFC 5545 section 3.3.10 derives what is missing, the weekday, from the start.
* BYWEEKNO=-52 and -53 miss the days of December that belong to week 1 of the next year, because only positive 1 is
  looked up there; RFC 5545 counts from the end of the year that owns the week, whichever days it has.
* BYWEEKNO=52 and 53 are wrong in the first days of January: whether the year before had 53 weeks is worked out with the
  length of the wrong year. 2 January 2039 is given as week 53, and is in week 52 by ISO 8601.
* WEEKLY with BYSETPOS: the first week is cut off at the start before positions are counted, though months and years
  are not. Here a period is always whole, so only rules that start on the first day of a week are asked.
* BYDAY with and without numbers, as in 1MO,FR: both lists have to hold at once, so that such a rule never happens. In RFC 5545
  it is one list, and every entry adds.
* BYDAY with a number and YEARLY with BYWEEKNO, BYYEARDAY with DAILY to MONTHLY, BYMONTHDAY with WEEKLY and BYSETPOS alone
  are accepted, and refused by RFC 5545.
* A number before a weekday that lies far outside of the month is an IndexError; here it names no day.
* An interval that never meets BYHOUR or BYMINUTE is a ValueError; here it is a rule that does not happen.
"""

import datetime as dt
import itertools
import random
import re
import sys
import types
import warnings

from dateutil import rrule

WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
# How far to look, in days: dateutil walks every period, so that shorter ones reach less far.
HORIZONS = {"MINUTELY": 100, "HOURLY": 200, "DAILY": 1500, "WEEKLY": 3000, "MONTHLY": 9000, "YEARLY": 22000}
# More positions than an hour or a minute has times are never reached.
POSITIONS = {"MINUTELY": 1, "HOURLY": 3}
OCCURRENCES = 40


def numbers(draw, values, most):
    return sorted(draw.sample(values, draw.randint(1, min(most, len(values)))))


def signed(most):
    return list(range(-most, 0)) + list(range(1, most + 1))


def start(draw):
    day = dt.datetime(1990, 1, 1) + dt.timedelta(days=draw.randrange(40 * 365))
    if draw.random() < 0.2:
        day = day.replace(month=draw.choice([1, 2, 12]), day=draw.randint(26, 28))
    return day.replace(hour=draw.randrange(24), minute=draw.randrange(60), second=draw.choice([0, 0, draw.randrange(60)]))


def days(draw, frequency, weeks):
    chosen = draw.sample(WEEKDAYS, draw.randint(1, 4))
    if frequency == "MONTHLY" and draw.random() < 0.6:
        return [f"{draw.choice(signed(5))}{day}" for day in chosen]
    if frequency == "YEARLY" and not weeks and draw.random() < 0.5:
        return [f"{draw.choice(signed(draw.choice([5, 53])))}{day}" for day in chosen]
    return chosen


def rule(draw, begin):
    """The parts of a rule that RFC 5545 permits."""
    frequency = draw.choice(list(HORIZONS))
    parts = {"FREQ": frequency}
    chance = lambda probability: draw.random() < probability
    if chance(0.5):
        most = {"MINUTELY": 600, "HOURLY": 60, "YEARLY": 5}.get(frequency, 20)
        parts["INTERVAL"] = draw.randint(1, most)
    if chance(0.3):
        parts["BYMONTH"] = numbers(draw, range(1, 13), 6)
    if frequency == "YEARLY" and chance(0.25):
        parts["BYWEEKNO"] = numbers(draw, signed(51), 6)
    if frequency in ("MINUTELY", "HOURLY", "YEARLY") and chance(0.15):
        parts["BYYEARDAY"] = numbers(draw, signed(366), 40)
    if frequency != "WEEKLY" and chance(0.25):
        parts["BYMONTHDAY"] = numbers(draw, signed(31), 8)
    if chance(0.4) or ("BYWEEKNO" in parts and not {"BYYEARDAY", "BYMONTHDAY"} & set(parts)):
        parts["BYDAY"] = days(draw, frequency, "BYWEEKNO" in parts)
    if chance(0.3):
        parts["BYHOUR"] = numbers(draw, range(24), 5)
    if chance(0.25):
        parts["BYMINUTE"] = numbers(draw, range(60), 5)
    if chance(0.3):
        parts["WKST"] = draw.choice(WEEKDAYS)
    whole = frequency != "WEEKLY" or WEEKDAYS[begin.weekday()] == parts.get("WKST", "MO")
    if whole and any(name.startswith("BY") for name in parts) and chance(0.25):
        parts["BYSETPOS"] = numbers(draw, signed(POSITIONS.get(frequency) or draw.choice([3, 10, 366])), 3)
    if chance(0.25):
        parts["COUNT"] = draw.randint(1, 30)
    elif chance(0.25):
        later = begin + dt.timedelta(days=draw.randrange(HORIZONS[frequency]), minutes=draw.choice([0, draw.randrange(1440)]))
        parts["UNTIL"] = later.strftime("%Y%m%dT%H%M%S")
    show = lambda value: ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return ";".join(f"{name}={show(value)}" for name, value in parts.items())


def occurrences(begin, text, horizon):
    """The texts of the first occurrences, or None where dateutil refuses the rule."""
    # dateutil looks at its end only when something happens; without this a rule that never does is walked to the year 9999.
    rrule.datetime = types.SimpleNamespace(**{**vars(dt), "MAXYEAR": horizon.year})
    try:
        # COUNT together with an end is deprecated in dateutil, and works.
        ends = min([horizon] + [dt.datetime.strptime(at, "%Y%m%dT%H%M%S") for at in re.findall("UNTIL=([^;]*)", text)])
        found = rrule.rrulestr(re.sub(";UNTIL=[^;]*", "", text), dtstart=begin).replace(until=ends)
        return [at.strftime("%Y%m%dT%H%M%S") for at in itertools.islice(found, OCCURRENCES)]
    except (ValueError, IndexError):
        return None


def fnv(texts):
    value = 0xCBF29CE484222325
    for byte in "".join(text + "\n" for text in texts).encode():
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return f"{value:016x}"


def main():
    warnings.simplefilter("ignore")
    draw = random.Random(5545)
    left = int(sys.argv[1])
    while left:
        begin = start(draw)
        text = rule(draw, begin)
        horizon = begin + dt.timedelta(days=HORIZONS[re.match("FREQ=([A-Z]*)", text)[1]])
        listed = occurrences(begin, text, horizon)
        # Half of the rules that never happen are enough.
        if listed is None or (not listed and draw.random() < 0.5):
            continue
        ends = [listed[0], listed[-1]] if listed else ["-", "-"]
        compact = lambda at: at.strftime("%Y%m%dT%H%M%S")
        print(compact(begin), text, compact(horizon), len(listed), fnv(listed), *ends, sep="\t")
        left -= 1


main()
