// The service's own API (docs/api.md), asked from wherever this page was served: also below a path of a proxy's.
import { createStore } from "./store.js";

const ROOT = new URL("../v1/", import.meta.url);
const TOKEN = "everstep.token";

export class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

// Set while the service asks for a token that we have not got.
export const lockedOut = createStore(false);

export function setToken(token) {
  sessionStorage.setItem(TOKEN, token);
  lockedOut.set(false);
}

export function headers(more = {}) {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { ...more, authorization: `Bearer ${token}` } : more;
}

export function address(path, params = {}) {
  const url = new URL(path, ROOT);
  for (const [key, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") url.searchParams.append(key, one);
    }
  }
  return url;
}

async function ask(method, path, { params, body, signal } = {}) {
  let response;
  try {
    response = await fetch(address(path, params), {
      method,
      signal,
      headers: headers(body === undefined ? {} : { "content-type": "application/json" }),
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, "unreachable", "the service cannot be reached");
  }
  return read(response);
}

async function read(response) {
  const text = await response.text();
  let value = null;
  try {
    value = text === "" ? null : JSON.parse(text);
  } catch {
    // What stands between us and the service may answer in HTML.
  }
  if (response.ok) return value;
  if (response.status === 401) lockedOut.set(true);
  const told = value?.error ?? { code: "refused", message: value?.message };
  throw new Refused(response.status, told.code, told.message ?? `the service answered ${response.status}`);
}

export const get = (path, params, signal) => ask("GET", path, { params, signal });
export const post = (path, body = {}) => ask("POST", path, { body });
export const remove = (path) => ask("DELETE", path);
export const of = (arn, part = "") => `executions/${encodeURIComponent(arn)}${part}`;
export const ofCallback = (id, act) => `callbacks/${encodeURIComponent(id)}/${act}`;
