// The page: opens the stream of events, reads what there is, and shows it until the service goes; then tries again.

import { showCards, startCards, tickCards } from "./cards.js";
import { editOffsets, startDialogs, stopOrGo } from "./dialogs.js";
import { find, say } from "./dom.js";
import { showEvents, startEvents, takeEvent } from "./events.js";
import { model, moment, takeNamespaces } from "./model.js";
import { about, fromMilliseconds } from "./time.js";
import { laneNames, showTimeline, startTimeline } from "./timeline.js";
import { call, events, pathOf, Refusal, token } from "./wire.js";

/** Milliseconds between two showings, between two readings of all, at least between two that the page asks for itself, and after an event until the next one. */
const Frame = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 100;
const Reading = 5000;
const Least = 1000;
const After = 150;

/** So many namespaces are too much to be read each second. */
const Many = 50;

/** Milliseconds until the next attempt to reach a service that is gone. */
const Attempts = [500, 1000, 2000, 4000, 8000];

let stream = null;
let failures = 0;
let retryAt = 0;
let soon = null;
let reading = null;
let again = false;
let readAt = 0;
let telling = null;

async function run() {
  for (;;) {
    if (document.hidden) {
      await next(document, "visibilitychange"); // six tabs with a stream each would take all connections of a browser
      continue;
    }

    stream = new AbortController();
    try {
      await follow(stream.signal);
      lost("The service has ended the stream of events.");
    } catch (gone) {
      if (gone instanceof Refusal && gone.status === 401) {
        if (token.get()) {
          token.set(null);
          tell("The service no longer knows the token of this page.");
          continue;
        }

        refused(gone);
        await next(document, "token");
        continue;
      }

      if (!document.hidden) {
        lost(gone instanceof Refusal ? gone.message : "The service does not answer.");
      }
    } finally {
      stream.abort();
    }

    await pause(Attempts[Math.min(failures++, Attempts.length - 1)]);
  }
}

/** From the first event to the end of the stream. */
async function follow(signal) {
  for await (const event of events(signal)) {
    if (event.kind === "open") {
      await read();
      found();
      continue;
    }

    takeEvent(event);
    if (event.kind !== "tick") {
      readSoon();
    }
  }
}

/** Reads the service, its namespaces, and the timers of those on the timeline. One at a time: who asks meanwhile gets one more. */
async function read() {
  if (reading) {
    again = true;
    return reading;
  }

  reading = readAll().finally(() => {
    reading = null;
    if (again) {
      again = false;
      readSoon();
    }
  });
  return reading;
}

async function readAll() {
  const [service, [list, at]] = await Promise.all([call("GET", "v1"), timed(call("GET", "v1/namespaces"))]);
  const before = model.service;
  model.service = service;
  readAt = performance.now();
  takeNamespaces(list.namespaces, at);
  const names = laneNames();
  await Promise.all(names.map(async name => {
    try {
      const [timers, when] = await timed(call("GET", pathOf(name, "/timers?limit=100")));
      model.timers.set(name, { timers: timers.timers, at: when });
    } catch (gone) {
      if (!(gone instanceof Refusal && gone.status === 404)) {
        throw gone;
      }
    }
  }));
  for (const name of model.timers.keys()) {
    if (!names.includes(name)) {
      model.timers.delete(name);
    }
  }

  if (before && before.started_instant !== service.started_instant) {
    tell(`The service was restarted at ${service.started_instant.slice(0, 19).replace("T", " ")} UTC.`);
  }

  showService();
  showCards();
  showTimeline();
}

/** An answer, and the middle of the time that it took. */
async function timed(answer) {
  const from = performance.now();
  const value = await answer;
  return [value, (from + performance.now()) / 2];
}

function readSoon() {
  soon ??= setTimeout(() => {
    soon = null;
    readOrLose();
  }, After);
}

async function readOrLose() {
  if (model.link !== "live" || document.hidden) {
    return;
  }

  try {
    await read();
  } catch {
    stream?.abort();
  }
}

function found() {
  failures = 0;
  model.link = "live";
  find("banner").hidden = true;
  say(find("link"), "Live");
  find("link").dataset.state = "live";
  document.body.classList.remove("stale");
  showCards();
}

function lost(why) {
  if (model.link !== "lost") {
    model.lostAt = performance.now();
    model.link = "lost";
  }

  retryAt = performance.now() + Attempts[Math.min(failures, Attempts.length - 1)];
  find("link").dataset.state = "lost";
  say(find("link"), "No connection");
  say(find("banner"), `${why} ${model.service ? "Clocks stand as they were last known. " : ""}Trying again.`);
  find("banner").hidden = false;
  document.body.classList.toggle("stale", model.service !== null);
  showCards();
}

function refused(gone) {
  find("link").dataset.state = "lost";
  say(find("link"), "Not admitted");
  say(find("banner"), gone.message);
  find("banner").hidden = false;
  find("token-open").hidden = false;
}

function showService() {
  const { service } = model;
  document.title = `TimeNs on ${service.host}`;
  say(find("host-name"), `on ${service.host}`);
  const isAdmin = service.role === "admin";
  say(find("role"), isAdmin ? "Admin" : "Reader");
  find("role").hidden = false;
  find("token-open").hidden = isAdmin && !token.get();
  say(find("token-open"), token.get() ? "Token" : "Use a token");
  const { statistics } = service;
  say(find("footer"), [`timens ${service.version}, process ${service.pid}`, `up ${about(service.uptime_ns)}`, `kernel: ${service.kernel}`,
    `${service.timers} timers, ${service.armed} armed`, `${statistics.expirations} expirations, ${statistics.deliveries} deliveries, ${statistics.wakeups} wake-ups`].join(" · "));
}

/** What the service said of a namespace in answer to a change. */
function changed(info, text) {
  model.namespaces.set(info.name, { info, at: performance.now() });
  tell(text);
  showCards();
  showTimeline();
  readSoon();
}

async function act(name, verb) {
  try {
    await stopOrGo(name, verb);
  } catch (refusal) {
    tell(`${name}: ${refusal instanceof Refusal ? refusal.message : "the service cannot be reached."}`);
  }
}

/** Uses another token: reads with it first, so that a wrong one is told where it was typed. */
async function tokenChanged() {
  await call("GET", "v1");
  document.dispatchEvent(new Event("token"));
  if (model.link === "live") {
    await read();
  }
}

/** Says something for half a minute. */
function tell(text) {
  clearTimeout(telling);
  say(find("said"), text);
  telling = setTimeout(() => say(find("said"), ""), 30_000);
}

const next = (target, event) => new Promise(resolve => target.addEventListener(event, resolve, { once: true }));

/** Waits, but not when the page comes to the fore or the network comes back. */
function pause(milliseconds) {
  return Promise.race([new Promise(resolve => setTimeout(resolve, milliseconds)), next(document, "visibilitychange"), next(window, "online")]);
}

function frame() {
  if (!model.paused && !document.hidden && model.service) {
    if (model.link === "live") {
      if (tickCards() && performance.now() - readAt > (model.namespaces.size > Many ? Reading : Least)) {
        readSoon();
      }

      showTimeline();
    }

    showEvents();
  }

  if (model.link === "lost") {
    const left = Math.ceil((retryAt - moment()) / 1000);
    find("link").title = left > 0 ? `again in ${about(fromMilliseconds(left * 1000))}` : "";
  }
}

startCards({ edit: editOffsets, freeze: name => act(name, "freeze"), thaw: name => act(name, "thaw"), onFilter: () => {
  showCards();
  readSoon();
} });
startDialogs({ onChange: changed, onToken: tokenChanged });
startTimeline();
startEvents();
find("pause").addEventListener("click", () => {
  model.paused = !model.paused;
  find("pause").setAttribute("aria-pressed", model.paused);
  say(find("pause"), model.paused ? "Go on" : "Pause");
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    stream?.abort();
  }
});
setInterval(frame, Frame);
setInterval(readOrLose, Reading);
run();
