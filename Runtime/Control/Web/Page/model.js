// What the page knows: the namespaces as they were last read, and when, on the clock of the browser.

import { fromMilliseconds } from "./time.js";

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

export const isAdmin = () => model.service?.role === "admin";

/** The moment that is shown: now, or when the service was lost, for nobody knows what its clocks did since. */
export const moment = () => model.link === "lost" ? model.lostAt : performance.now();

/** What a clock of a namespace reads at this moment: the last reading and the time since then. */
export function clockNow({ info, at }, clock) {
  const read = info.clocks[`${clock}_ns`];
  return info.frozen ? read : read + fromMilliseconds(Math.max(0, moment() - at));
}
