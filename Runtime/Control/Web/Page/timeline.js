// The next deadlines, as marks in lanes and as a table. A timer's next deadline can be reached by keyboard; its further periods are strokes.

import { arrange, drawn, element, find, put, say } from "./dom.js";
import { chosen } from "./cards.js";
import { leftOf, model, moment } from "./model.js";
import { about, fromMilliseconds, milliseconds, reading, span } from "./time.js";

export const MaxLanes = 8;

const Apart = 4;
const MaxMarks = 60;
const MaxRows = 100;
const LaneHeight = 40;
const Top = 26;
const Edge = 14;
const Scales = {
  minute: { length: 60_000, steps: ["now", "15 s", "30 s", "45 s", "1 min"] },
  hour: { length: 3_600_000, steps: ["now", "15 min", "30 min", "45 min", "1 h"] },
  day: { length: 86_400_000, steps: ["now", "6 h", "12 h", "18 h", "1 d"] },
};
const Shapes = { realtime: "M0-7 7 0 0 7-7 0Z", monotonic: "M-6 0A6 6 0 1 1 6 0A6 6 0 1 1-6 0Z", boottime: "M-5.5-5.5h11v11h-11Z" };

const lanes = new Map();
const marks = new Map();
const rows = new Map();
const deadlineOf = new WeakMap();

let scale = "minute";
let width = 0;
let focused = null;

const axis = drawn("g", { class: "axis", "aria-hidden": "true" });
const laneLayer = drawn("g", { "aria-hidden": "true" });
const bands = drawn("path", { class: "bands", "aria-hidden": "true" });
const strokes = drawn("path", { class: "strokes", "aria-hidden": "true" });
const markLayer = drawn("g", { role: "list" });

export function startTimeline() {
  const svg = find("timeline");
  svg.append(axis, laneLayer, bands, strokes, markLayer);
  svg.addEventListener("keydown", move);
  find("scale").addEventListener("change", event => {
    scale = event.target.value;
    drawAxis();
    showTimeline();
  });
  find("table").addEventListener("toggle", showTimeline);
  new ResizeObserver(() => {
    width = svg.clientWidth;
    drawAxis();
    showTimeline();
  }).observe(svg);
}

/** The namespaces that get a lane: those of the filter and the host, which have a timer that will expire, the soonest first to be let in. */
export function laneNames() {
  const infos = [model.namespaces.get("host")?.info, ...chosen()].filter(info => info?.next && info.armed > 0);
  const soonest = infos.toSorted((a, b) => Number(a.next.in_ns - b.next.in_ns)).slice(0, MaxLanes);
  return infos.filter(info => soonest.includes(info)).map(info => info.name);
}

/** Everything anew, as often as the clocks are. */
export function showTimeline() {
  const names = laneNames();
  const deadlines = names.flatMap(deadlinesOf).toSorted((a, b) => a.left - b.left);
  const within = deadlines.filter(d => d.left <= Scales[scale].length);
  put(find("timeline"), "height", Top + Math.max(1, names.length) * LaneHeight + 4);
  showLanes(names);
  showStrokes(names, within);
  showMarks(names, within.slice(0, MaxMarks));
  if (find("table").open) {
    showRows(deadlines.slice(0, MaxRows));
  }

  const lanesLeft = [...model.namespaces.values()].filter(n => n.info.next && n.info.armed > 0).length - names.length;
  say(find("deadlines-shown"), lanesLeft > 0 ? `the ${names.length} namespaces that are next; ${lanesLeft} more` : "");
  say(find("mark-detail"), focused?.isConnected ? describe(deadlineOf.get(focused))
    : within.length ? `${within.length === 1 ? "1 timer expires" : `${within.length} timers expire`} within the ${scale}.` : `Nothing expires within the ${scale}.`);
}

/** The next deadline of every armed timer of a namespace that is known, in milliseconds from now. */
function deadlinesOf(name) {
  const known = model.namespaces.get(name);
  const detail = model.timers.get(name);
  if (!detail) {
    const next = known.info.next;
    return [deadline(known, { id: next.id, name: next.name, clock: next.clock, value_ns: next.in_ns, interval_ns: 0n }, known.at)];
  }

  return detail.timers.filter(timer => timer.value_ns > 0n)
    .map(timer => deadline(known, timer, detail.at)).filter(d => d.left > -250);
}

function deadline({ info }, timer, at) {
  const base = timer.clock.includes("REALTIME") ? "realtime" : timer.clock.includes("BOOTTIME") ? "boottime" : "monotonic";
  return { key: `${info.name}/${timer.id}`, namespace: info.name, timer, base, left: leftOf(timer, at), interval: milliseconds(timer.interval_ns) };
}

function describe(d) {
  const every = d.timer.interval_ns > 0n ? `, then every ${span(d.timer.interval_ns)}` : "";
  return `${d.namespace}: ${nameOf(d.timer)}, ${d.timer.clock}, in ${about(fromMilliseconds(Math.max(0, d.left)))}${every}`;
}

/** Two answers of the service are some milliseconds apart, so that no more than this is known. */
const tenths = (clock, ns) => reading(clock, ns + 50_000_000n).slice(0, -2);

const nameOf = timer => timer.name ?? (timer.id === 0 ? "of a delegate" : `timer ${timer.id}`);

const x = left => Edge + Math.max(0, left) / Scales[scale].length * (width - 2 * Edge);

const y = lane => Top + lane * LaneHeight + 27;

function drawAxis() {
  const { length, steps } = Scales[scale];
  axis.replaceChildren(...steps.map((step, i) => {
    const at = x(length * i / (steps.length - 1));
    const anchor = i === 0 ? "start" : i === steps.length - 1 ? "end" : "middle";
    return drawn("g", {},
      drawn("line", { x1: at, x2: at, y1: Top - 8, y2: 2000 }),
      drawn("text", { x: i === 0 ? at - 6 : i === steps.length - 1 ? at + 6 : at, y: 13, "text-anchor": anchor }, step));
  }));
}

function showLanes(names) {
  arrange(laneLayer, lanes, names, name => drawn("g", { class: "lane" }, drawn("line"), drawn("text", {}, name)));
  names.forEach((name, i) => {
    const [line, text] = lanes.get(name).children;
    for (const [attribute, value] of [["x1", Edge], ["x2", width - Edge], ["y1", y(i)], ["y2", y(i)]]) {
      put(line, attribute, value);
    }

    put(text, "x", Edge);
    put(text, "y", y(i) - 13);
  });
}

/** All further periods in one path: they can be many. Where they would run into each other they are a band. */
function showStrokes(names, deadlines) {
  const end = Scales[scale].length;
  let [path, band] = ["", ""];
  for (const d of deadlines) {
    const lane = y(names.indexOf(d.namespace));
    if (d.interval > 0 && x(d.interval) - x(0) < Apart) {
      band += d.left + d.interval <= end ? `M${x(d.left + d.interval).toFixed(1)} ${lane}H${width - Edge}` : "";
      continue;
    }

    for (let left = d.left + d.interval; d.interval > 0 && left <= end; left += d.interval) {
      path += `M${x(left).toFixed(1)} ${lane - 5}v10`;
    }
  }

  put(strokes, "d", path);
  put(bands, "d", band);
}

function showMarks(names, deadlines) {
  const byKey = new Map(deadlines.map(d => [d.key, d]));
  arrange(markLayer, marks, [...byKey.keys()], makeMark);
  for (const [key, d] of byKey) {
    const mark = marks.get(key);
    deadlineOf.set(mark, d);
    put(mark, "transform", `translate(${x(d.left).toFixed(1)} ${y(names.indexOf(d.namespace))})`);
    put(mark, "class", `mark ${d.base}`);
    put(mark.lastChild, "d", Shapes[d.base]);
    if (mark !== focused) {
      put(mark, "aria-label", describe(d)); // the one in focus keeps the words it was reached with
    }
  }

  const stop = focused?.isConnected ? focused : markLayer.firstChild;
  for (const mark of markLayer.children) {
    put(mark, "tabindex", mark === stop ? 0 : -1);
  }
}

function makeMark() {
  const enter = event => focused = event.currentTarget;
  const leave = event => focused = focused === event.currentTarget && document.activeElement !== focused ? null : focused;
  return drawn("g", {
    role: "listitem", class: "mark", focus: enter, blur: () => focused = null, pointerenter: enter, pointerleave: leave,
  }, drawn("circle", { class: "halo", r: 12 }), drawn("path"));
}

function move(event) {
  const all = [...markLayer.children];
  const at = all.indexOf(document.activeElement);
  const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (at >= 0 && to !== undefined) {
    event.preventDefault();
    all[Math.min(all.length - 1, Math.max(0, to))].focus();
  }
}

function showRows(deadlines) {
  const byKey = new Map(deadlines.map(d => [d.key, d]));
  arrange(find("deadline-rows"), rows, [...byKey.keys()], () =>
    element("tr", {}, element("th", { scope: "row" }), ...Array.from({ length: 5 }, () => element("td"))));
  for (const [key, d] of byKey) {
    const known = model.namespaces.get(d.namespace);
    const clock = known.info.clocks[`${d.base}_ns`] + fromMilliseconds(moment() - known.at + d.left);
    const texts = [d.namespace, nameOf(d.timer), d.timer.clock, about(fromMilliseconds(Math.max(0, d.left))),
      tenths(d.base, clock), d.timer.interval_ns > 0n ? span(d.timer.interval_ns) : "none"];
    texts.forEach((text, i) => say(rows.get(key).children[i], text));
  }
}
