// Texts of nanoseconds. Nanoseconds are BigInt throughout: 2^53 of them are 104 days.

const Day = 86_400_000_000_000n;
const Units = [["d", Day], ["h", 3_600_000_000_000n], ["m", 60_000_000_000n], ["s", 1_000_000_000n]];
const Small = [["ms", 1_000_000n], ["us", 1_000n], ["ns", 1n]];

export const Clocks = ["realtime", "monotonic", "boottime"];

export const abs = ns => ns < 0n ? -ns : ns;

/** Milliseconds, which a double has room for. */
export const milliseconds = ns => Number(ns / 1000n) / 1000;

export const fromMilliseconds = ms => BigInt(Math.round(ms * 1e6));

/** The shortest text that the service reads back to the same span: -1h30m, 10d0.5s, 1.5ms. */
export function span(ns) {
  if (ns === 0n) {
    return "0";
  }

  let text = ns < 0n ? "-" : "";
  let rest = abs(ns);
  for (const [name, unit] of rest < 1_000_000_000n ? Small : Units) {
    if (unit <= 1_000_000_000n && rest >= unit || (unit === 1_000_000_000n && rest > 0n)) {
      return text + decimal(rest, unit) + name;
    }

    if (rest >= unit) {
      text += `${rest / unit}${name}`;
      rest %= unit;
    }
  }

  return text;
}

/** A span with its sign. */
export const signed = ns => ns > 0n ? `+${span(ns)}` : span(ns);

/** What a clock reads, to the millisecond: REALTIME as date and time in UTC, the others as days and hours since their zero. */
export function reading(clock, ns) {
  return clock === "realtime" ? instant(ns) : elapsed(ns);
}

/** For example 2026-11-24 02:43:32.123. */
export function instant(ns) {
  return new Date(Math.floor(milliseconds(ns))).toISOString().replace("T", " ").slice(0, -1);
}

/** For example 12d 03:04:05.678. */
export function elapsed(ns) {
  const days = ns / Day;
  const time = new Date(Math.floor(milliseconds(ns % Day))).toISOString().slice(11, -1);
  return days === 0n ? time : `${days}d ${time}`;
}

/** For people: two figures or so, in the unit that suits. */
export function about(ns) {
  const whole = abs(ns);
  const sign = ns < 0n ? "-" : "";
  for (const [name, unit] of [["d", Day], ["h", 3_600_000_000_000n], ["min", 60_000_000_000n]]) {
    if (whole >= unit) {
      const below = name === "d" ? ["h", 24n] : name === "h" ? ["min", 60n] : ["s", 60n];
      const part = (whole % unit) * below[1] / unit;
      return `${sign}${whole / unit} ${name}${part ? ` ${part} ${below[0]}` : ""}`;
    }
  }

  for (const [name, unit] of [["s", 1e9], ["ms", 1e6], ["µs", 1e3]]) {
    if (Number(whole) >= unit) {
      const value = Number(whole) / unit;
      return `${sign}${value < 10 ? value.toFixed(1) : Math.floor(value)} ${name}`;
    }
  }

  return `${ns} ns`;
}

function decimal(value, unit) {
  const digits = String(unit).length - 1;
  const fraction = String(value % unit).padStart(digits, "0").slice(0, digits).replace(/0+$/, "");
  return `${value / unit}${fraction ? `.${fraction}` : ""}`;
}
