// What an admin may change, and how one becomes an admin.

import { element, find, say } from "./dom.js";
import { model } from "./model.js";
import { call, pathOf, Refusal, token } from "./wire.js";
import { Clocks, signed } from "./time.js";

const MostListed = 8;

let editing = null;
let previewed = null;
let onChange = () => {};

/** @param given onChange(info, text): the service has changed a namespace; onToken(): another token is to be used. */
export function startDialogs(given) {
  onChange = given.onChange;
  const form = find("offsets-form");
  form.addEventListener("submit", event => {
    event.preventDefault();
    attempt(find("offsets-fault"), preview);
  });
  form.addEventListener("input", forgetPreview);
  find("offsets-set").addEventListener("click", () => attempt(find("offsets-fault"), set));
  find("offsets-cancel").addEventListener("click", () => find("offsets").close());
  find("token-open").addEventListener("click", openToken);
  find("token-cancel").addEventListener("click", () => find("token").close());
  find("token-forget").addEventListener("click", () => useToken(null, given.onToken));
  find("token-form").addEventListener("submit", event => {
    event.preventDefault();
    useToken(event.target.elements.token.value.trim(), given.onToken);
  });
}

export function editOffsets(name) {
  const { offsets } = model.namespaces.get(name).info;
  const fields = find("offsets-form").elements;
  editing = { name, before: {} };
  for (const clock of Clocks) {
    fields[clock].value = editing.before[clock] = signed(offsets[`${clock}_ns`]);
    fields[clock].removeAttribute("aria-invalid");
  }

  say(find("offsets-title"), `Offsets of ${name}`);
  say(find("offsets-fault"), "");
  forgetPreview();
  find("offsets").showModal();
}

export async function stopOrGo(name, verb) {
  const answer = await call("POST", pathOf(name, `/${verb}`));
  if (verb === "freeze") {
    onChange(answer, `${name} is frozen.`);
  } else {
    onChange(answer.namespace, `${name} is going again. ${sentence(answer)}`);
  }
}

/** What the refusal says, in its place; anything else is the page's fault and is told where those are. */
async function attempt(place, action) {
  const buttons = [...find("offsets-form").querySelectorAll("button")];
  buttons.forEach(button => button.disabled = true);
  say(place, "");
  try {
    await action();
  } catch (refused) {
    say(place, refused instanceof Refusal ? refused.message : "The service cannot be reached.");
    const field = refused instanceof Refusal && find("offsets-form").elements[refused.parameter?.split(".").pop() ?? ""];
    if (field) {
      field.setAttribute("aria-invalid", "true");
      field.focus();
    }

    if (!(refused instanceof Refusal || refused instanceof TypeError || refused.name === "TimeoutError")) {
      throw refused;
    }
  } finally {
    buttons.forEach(button => button.disabled = false);
  }
}

/** Only the fields that were changed: the others keep their offsets, whatever becomes of them meanwhile. */
function wanted() {
  const offsets = {};
  for (const clock of Clocks) {
    const field = find("offsets-form").elements[clock];
    field.removeAttribute("aria-invalid");
    if (field.value.trim() !== editing.before[clock]) {
      offsets[clock] = field.value.trim();
    }
  }

  return offsets;
}

async function preview() {
  const offsets = wanted();
  if (Object.keys(offsets).length === 0) {
    say(find("offsets-effect"), "Nothing was changed.");
    return;
  }

  const answer = await call("PATCH", pathOf(editing.name, "?dry_run=true"), { offsets });
  previewed = offsets;
  find("offsets-effect").replaceChildren(...effect(answer));
  find("offsets-set").hidden = false;
}

async function set() {
  const { name } = editing;
  const answer = await call("PATCH", pathOf(name), { offsets: previewed });
  find("offsets").close();
  onChange(answer.namespace, `The offsets of ${name} are set. ${sentence(answer)}`);
}

function effect(answer) {
  const list = answer.fires.slice(0, MostListed).map(fire =>
    element("li", {}, `${fire.name ?? `timer ${fire.id}`} (${fire.clock}): ${fire.canceled ? "cancelled, the wall clock is set" : `${fire.expirations} expiration${String(fire.expirations) === "1" ? "" : "s"}`}`));
  const rest = answer.fires_count - list.length;
  return [element("p", {}, element("strong", {}, sentence(answer))), element("ul", {}, ...list, ...(rest > 0 ? [element("li", {}, `and ${rest} more`)] : []))];
}

function sentence({ fires, fires_count: all, dry_run: dry }) {
  const makes = dry ? "This makes" : "That made";
  const canceled = fires.filter(fire => fire.canceled).length;
  const fired = all - canceled;
  const timers = count => count === 0 ? "no timer" : count === 1 ? "1 timer" : `${count} timers`;
  return `${makes} ${timers(fired)} fire${canceled ? ` and ${dry ? "cancels" : "cancelled"} ${timers(canceled)}` : ""}.`;
}

function forgetPreview() {
  previewed = null;
  find("offsets-set").hidden = true;
  find("offsets-effect").replaceChildren();
}

function openToken() {
  find("token-form").reset();
  find("token-forget").hidden = !token.get();
  say(find("token-fault"), "");
  find("token").showModal();
}

async function useToken(value, then) {
  const before = token.get();
  token.set(value);
  try {
    await then();
    find("token").close();
  } catch (refused) {
    token.set(before);
    say(find("token-fault"), refused instanceof Refusal && refused.status === 401 ? "The service does not know this token." : refused.message);
  }
}
