// The calls of the control interface, as this page makes them.

const Kept = "timens.token";
const Patience = 10_000;

/** A string, or an integer that a double may not hold. */
const StringOrLong = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/** The service answered, and the answer is no. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? `The service answers ${status}.`);
    this.status = status;
    this.parameter = problem?.parameter;
  }
}

/** JSON, in which every field of nanoseconds and every integer beyond 2^53 is a BigInt, exact. No name has the character 0. */
export function parse(text) {
  const marked = text.replace(StringOrLong, token => token[0] === '"' ? token : `"\\u0000${token}"`);
  return JSON.parse(marked, (key, value) =>
    typeof value === "string" && value[0] === "\0" ? BigInt(value.slice(1))
      : typeof value === "number" && key.endsWith("_ns") ? BigInt(value)
        : value);
}

export const token = {
  get: () => sessionStorage.getItem(Kept),
  set: value => value ? sessionStorage.setItem(Kept, value) : sessionStorage.removeItem(Kept),
};

export const pathOf = (namespace, rest = "") => `v1/namespaces/${encodeURIComponent(namespace)}${rest}`;

export async function call(method, path, body) {
  const response = await send(method, path, body, AbortSignal.timeout(Patience));
  const text = await response.text();
  return text ? parse(text) : null;
}

/** The events from now on, each as {kind, data}; the first one says that the stream is open. Ends when the service ends it. */
export async function* events(signal) {
  const response = await send("GET", "v1/events", undefined, signal);
  yield { kind: "open" };
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }

    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    yield* blocks.map(read).filter(event => event);
  }
}

function read(block) {
  let kind, data;
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) {
      kind = line.slice(7);
    } else if (line.startsWith("data: ")) {
      data = line.slice(6);
    }
  }

  return kind && data ? { kind, data: parse(data) } : null;
}

async function send(method, path, body, signal) {
  const headers = {};
  const shown = token.get();
  if (shown) {
    headers.Authorization = `Bearer ${shown}`;
  }

  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }

  const response = await fetch(path, {
    method, headers, signal, cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer",
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Refusal(response.status, await response.json().catch(() => null));
  }

  return response;
}
