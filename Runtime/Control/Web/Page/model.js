// What the page knows: the namespaces as they were last read, and when, on the clock of the browser.

import { fromMilliseconds, milliseconds } from "./time.js";

export const model = {
  /** What GET /v1 said last. */
  service: null,
  /** The namespaces by name, the host first: {info, at}. */
  namespaces: new Map(),
  /** The timers of the namespaces on the timeline, by name: {timers, at, more}. */
  timers: new Map(),
  /** "connecting", "live" or "lost". */
  link: "connecting",
  /** Since when nothing is known, on the clock of the browser. */
  lostAt: 0,
  paused: false,
};

/** Forgets the namespaces that are gone and takes what the others read. */
export function takeNamespaces(list, at) {
  const next = new Map();
  for (const info of list) {
    next.set(info.name, { info, at });
  }

  model.namespaces = next;
  for (const name of model.timers.keys()) {
    if (!next.has(name)) {
      model.timers.delete(name);
    }
  }
}

/** Whether this page may change anything now. */
export const mayChange = () => model.link === "live" && model.service?.role === "admin";

/** The moment that is shown: now, or when the service was lost, for nobody knows what its clocks did since. */
export const moment = () => model.link === "lost" ? model.lostAt : performance.now();

/** What a clock of a namespace reads at this moment: the last reading and the time since then. */
export function clockNow({ info, at }, clock) {
  const read = info.clocks[`${clock}_ns`];
  return info.frozen ? read : read + fromMilliseconds(Math.max(0, moment() - at));
}

/** Milliseconds until a timer expires next; negative when it must have done so. A periodic one goes on by itself. */
export function leftOf(timer, at) {
  const left = milliseconds(timer.value_ns) - (moment() - at);
  const interval = milliseconds(timer.interval_ns);
  return left < 0 && interval > 0 ? interval - ((-left) % interval) : left;
}

/** What expires next in a namespace, as {id, name, left}; null for nothing. From its timers where those are known. */
export function nextOf({ info, at }) {
  if (!info.next) {
    return null;
  }

  const detail = model.timers.get(info.name);
  const soonest = { id: info.next.id, name: info.next.name, left: leftOf({ value_ns: info.next.in_ns, interval_ns: 0n }, at) };
  const others = (detail?.timers ?? []).filter(timer => timer.value_ns > 0n).map(timer => ({ id: timer.id, name: timer.name, left: leftOf(timer, detail.at) }));
  return (soonest.left <= 0 ? others : []).reduce((least, other) => least.left <= 0 || (other.left > 0 && other.left < least.left) ? other : least, soonest);
}
