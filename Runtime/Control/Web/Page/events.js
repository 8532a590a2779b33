// What happens, as it happens: a bounded list, and how late ticks are.

import { drawn, element, find, put, say } from "./dom.js";
import { clockNow, model } from "./model.js";
import { about, Clocks, instant, signed } from "./time.js";

const MaxItems = 60;
const MaxSamples = 2000;
const Bounds = [["under 10 µs", 10_000], ["10–100 µs", 100_000], ["0.1–1 ms", 1e6], ["1–10 ms", 1e7], ["10–100 ms", 1e8], ["0.1–1 s", 1e9], ["1 s and more", Infinity]];
const Reasons = {
  "offsets-set": "its offsets were set", "realtime-set": "its wall clock was set", "host-clock-set": "the wall clock of the host was set",
  "host-resumed": "the host was resumed", frozen: "its clocks were stopped", thawed: "its clocks go on", restored: "it was restored",
};

let waiting = [];
let count = 0;
let samples = [];
let changed = false;
let bars = [];

export function startEvents() {
  bars = Bounds.map(([name]) => {
    const bar = drawn("rect", { height: 10, width: 0, y: 2, rx: 2 });
    const number = element("td", { class: "number" }, "0");
    find("histogram").tBodies[0].append(element("tr", {},
      element("th", { scope: "row" }, name), element("td", { class: "bar" }, drawn("svg", { "aria-hidden": "true", viewBox: "0 0 100 14", preserveAspectRatio: "none" }, bar)), number));
    return { bar, number };
  });
}

/** Takes an event; it is shown with the next showEvents. */
export function takeEvent({ kind, data }) {
  count++;
  waiting.push({ kind, data, at: hostTime() });
  if (waiting.length > MaxItems) {
    waiting.shift();
  }

  if (kind === "tick" && !data.canceled) {
    samples.push(Number(data.lateness_ns));
    if (samples.length > MaxSamples) {
      samples.shift();
    }
  }

  changed = true;
}

/** Shows what came since the last call. */
export function showEvents() {
  if (!changed) {
    return;
  }

  changed = false;
  const list = find("event-list");
  list.prepend(...waiting.reverse().map(item));
  waiting = [];
  while (list.children.length > MaxItems) {
    list.lastChild.remove();
  }

  find("no-events").hidden = count !== 0;
  say(find("events-shown"), count > MaxItems ? `the last ${MaxItems} of ${count}` : count === 1 ? "1 event" : `${count} events`);
  showLateness();
}

const hostTime = () => model.namespaces.has("host") ? instant(clockNow(model.namespaces.get("host"), "realtime")).slice(11) : "";

function item({ kind, data, at }) {
  return element("li", { "data-kind": kind },
    element("span", { class: "kind" }, kind),
    element("span", { class: "who" }, whoOf(data)),
    element("span", { class: "what" }, whatOf(kind, data)),
    element("time", {}, at));
}

function whoOf(data) {
  const timer = data.name ?? (data.timer === undefined || data.timer === null ? null : `timer ${data.timer}`);
  return timer ? `${data.namespace} / ${timer}` : data.namespace ?? "this page";
}

function whatOf(kind, data) {
  switch (kind) {
    case "tick":
      return data.canceled ? "cancelled: the wall clock was set"
        : `${data.expirations} expiration${String(data.expirations) === "1" ? "" : "s"}, ${about(data.lateness_ns)} late`;
    case "change":
      return [Reasons[data.reason] ?? data.reason, ...Clocks.filter(c => data.old_offsets[`${c}_ns`] !== data.new_offsets[`${c}_ns`])
        .map(c => `${c.toUpperCase()} ${offset(data.old_offsets[`${c}_ns`])} → ${offset(data.new_offsets[`${c}_ns`])}`)].join("; ");
    case "dropped":
      return `${data.count} events were too many for this page, and ${data.conflated} ticks were summed`;
    default:
      return data.timer === null ? `the namespace was ${kind}` : `the timer was ${kind}`;
  }
}

/** To the microsecond: an offset that was given as an instant has a long tail. */
const offset = ns => ns % 1_000_000_000n === 0n ? signed(ns) : `${signed(ns - ns % 1_000n)}`;

function showLateness() {
  if (samples.length === 0) {
    return;
  }

  const sorted = Float64Array.from(samples).sort();
  const at = share => about(BigInt(Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))])));
  say(find("lateness"), `${samples.length === MaxSamples ? "The last " : ""}${samples.length} tick${samples.length === 1 ? "" : "s"}: median ${at(0.5)}, 99th percentile ${at(0.99)}, worst ${at(1)}.`);
  let below = 0;
  Bounds.forEach(([, bound], i) => {
    const upTo = sorted.findIndex(value => value >= bound);
    const total = upTo < 0 ? sorted.length : upTo;
    put(bars[i].bar, "width", (100 * (total - below) / sorted.length).toFixed(1));
    say(bars[i].number, String(total - below));
    below = total;
  });
}
