// Elements without markup in strings: nothing that a name says can become markup.

const Svg = "http://www.w3.org/2000/svg";

export const find = id => document.getElementById(id);

/** An element with attributes; a function among them is a listener. */
export function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same of SVG. */
export function drawn(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(Svg, tag), attributes, children);
}

/** Sets text only where it differs, so that what stands still costs nothing and keeps a selection. */
export function say(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** Sets an attribute only where it differs. */
export function put(node, name, value) {
  if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, value);
  }
}

/**
 * Makes the children of a node those of the keys, in order. What is there already is kept, so that focus and selection stay.
 * `nodes` is a Map of key to node that the caller keeps.
 */
export function arrange(parent, nodes, keys, make) {
  const wanted = new Set(keys);
  for (const [key, node] of nodes) {
    if (!wanted.has(key)) {
      node.remove();
      nodes.delete(key);
    }
  }

  let place = parent.firstChild;
  for (const key of keys) {
    let node = nodes.get(key);
    if (!node) {
      node = make(key);
      nodes.set(key, node);
    }

    if (node === place) {
      place = place.nextSibling;
    } else {
      parent.insertBefore(node, place);
    }
  }
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      node.addEventListener(name, value);
    } else if (value === true) {
      node.setAttribute(name, "");
    } else if (value !== false && value !== undefined) {
      node.setAttribute(name, value);
    }
  }

  node.append(...children);
  return node;
}
