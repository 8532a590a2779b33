// The namespaces with their clocks, side by side: the host in its column, every other one a card.

import { arrange, element, find, put, say } from "./dom.js";
import { clockNow, mayChange, model, nextOf } from "./model.js";
import { about, Clocks, fromMilliseconds, reading, signed } from "./time.js";

const FirstShown = 12;
const MoreShown = 48;

const cards = new Map();
const parts = new WeakMap();
const seen = new Set();
const watch = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) {
      seen.add(target);
      tick(target);
    } else {
      seen.delete(target);
    }
  }
}, { rootMargin: "200px" });

let hostCard = null;
let limit = FirstShown;
let actions = {};

/** @param given What the buttons do: edit(name), freeze(name), thaw(name). */
export function startCards(given) {
  actions = given;
  const again = () => {
    limit = FirstShown;
    given.onFilter();
  };
  find("filter").addEventListener("input", again);
  find("frozen-only").addEventListener("change", again);
  find("more").addEventListener("click", () => {
    limit += MoreShown;
    showCards();
  });
}

/** The namespaces that the filter lets through, without the host. */
export function chosen() {
  const text = find("filter").value.trim().toLowerCase();
  const frozenOnly = find("frozen-only").checked;
  return [...model.namespaces.values()].map(n => n.info).filter(info =>
    info.name !== "host" && info.name.toLowerCase().includes(text) && (!frozenOnly || info.frozen));
}

export function showCards() {
  const all = chosen();
  const names = all.slice(0, limit).map(info => info.name);
  arrange(find("cards"), cards, names, name => make("li", name));
  for (const node of [...seen]) {
    if (!node.isConnected) {
      seen.delete(node);
      watch.unobserve(node);
    }
  }

  for (const name of names) {
    update(cards.get(name), name);
  }

  if (model.namespaces.has("host")) {
    if (!hostCard) {
      hostCard = make("div", "host");
      find("host-column").append(hostCard);
    }

    update(hostCard, "host");
  }

  const total = Math.max(0, model.namespaces.size - 1);
  const namespaces = total === 1 ? "1 namespace" : `${total} namespaces`;
  say(find("shown"), total === 0 ? "" : names.length === total ? namespaces : `${names.length} of ${namespaces}`);
  const rest = all.length - names.length;
  find("more").hidden = rest === 0;
  say(find("more"), `Show ${Math.min(rest, MoreShown)} more of ${rest}`);
  find("none").hidden = names.length !== 0 || model.service === null;
  say(find("none"), total === 0 ? "There is no namespace but the host. Create one with: timens ns create NAME" : "No namespace is as the filter wants it.");
}

/** Sets the clocks that can be seen. True when something that was to expire must have done so: what is next is to be asked again. */
export function tickCards() {
  let passed = false;
  for (const node of seen) {
    passed = tick(node) || passed;
  }

  return passed;
}

function make(tag, name) {
  const values = {};
  const offsets = {};
  const rows = Clocks.map(clock => element("tr", {},
    element("th", { scope: "row" }, clock.toUpperCase()),
    element("td", {},
      values[clock] = element("span", { class: "reading", "data-clock": clock }),
      offsets[clock] = element("span", { class: "offset", "data-offset": clock }))));
  const badge = element("span", { class: "badge" }, "❄ frozen");
  const count = element("p", { class: "quiet count" });
  const next = element("p", { class: "quiet next" });
  const edit = element("button", { type: "button", "data-do": "edit", click: () => actions.edit(name) }, "Edit offsets");
  const freeze = element("button", { type: "button", "data-do": "freeze", click: () => actions.freeze(name) }, "Freeze");
  const thaw = element("button", { type: "button", "data-do": "thaw", click: () => actions.thaw(name) }, "Thaw");
  for (const [button, what] of [[edit, "Edit the offsets of"], [freeze, "Freeze"], [thaw, "Thaw"]]) {
    button.setAttribute("aria-label", `${what} ${name}`);
  }

  const buttons = element("div", { class: "buttons" }, edit, freeze, thaw);
  const isHost = name === "host";
  const card = element(tag, { class: isHost ? "card host" : "card", "data-namespace": name },
    element("div", { class: "title" }, element("h3", { title: name }, name), badge),
    element("table", {}, element("caption", { class: "unseen" }, `Clocks of ${name}`), element("tbody", {}, ...rows)),
    count, next, isHost ? "" : buttons);
  parts.set(card, { name, values, offsets, badge, count, next, buttons, freeze, thaw, isHost });
  watch.observe(card);
  return card;
}

function update(card, name) {
  const { info } = model.namespaces.get(name);
  const part = parts.get(card);
  part.badge.hidden = !info.frozen;
  card.classList.toggle("frozen", info.frozen);
  for (const clock of Clocks) {
    const ns = info.offsets[`${clock}_ns`];
    say(part.offsets[clock], part.isHost ? "" : ns === 0n ? "as the host" : signed(ns));
    put(part.offsets[clock], "data-ns", ns);
    part.offsets[clock].classList.toggle("moved", ns !== 0n);
  }

  const timers = info.timers === 1 ? "1 timer" : `${info.timers} timers`;
  say(part.count, info.timers === 0 ? "no timers" : `${timers}, ${info.armed} armed${info.ephemeral_timers ? `; ${info.ephemeral_timers} of delegates` : ""}`);
  part.buttons.hidden = !mayChange();
  part.freeze.hidden = info.frozen;
  part.thaw.hidden = !info.frozen;
  tick(card);
}

function tick(card) {
  const part = parts.get(card);
  const known = model.namespaces.get(part.name);
  if (!known) {
    return false;
  }

  for (const clock of Clocks) {
    say(part.values[clock], reading(clock, clockNow(known, clock)));
  }

  const next = nextOf(known);
  say(part.next, nextText(known.info, next));
  return next !== null && next.left <= 0;
}

function nextText({ frozen }, next) {
  if (frozen) {
    return "its clocks stand";
  }

  if (!next) {
    return "nothing is to expire";
  }

  const timer = next.id !== 0 ? next.name ?? `timer ${next.id}` : "a timer of a delegate";
  return next.left > 0 ? `next: ${timer} in ${about(fromMilliseconds(next.left))}` : `next: ${timer}, due`;
}
