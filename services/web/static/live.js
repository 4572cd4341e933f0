// Keeps what a page shows up to date. A part with an id and data-live="AIBO5 AIBO5-17" (sites, orders) is
// fetched again, with the visitor's own rights, when the server says that one of them changed; with
// data-live-every="20" also after so many seconds without a stream. A part in which somebody is typing is left
// alone. A part that was replaced gets the event live:replaced.
const words = document.querySelector('meta[name="live"]');
const streams = words.content !== "";
const every = Number(document.querySelector("[data-live-every]")?.dataset.liveEvery ?? 0);
const RETRY = 20;
const PATIENCE = 4000;
const HIDDEN = 30000;

let mark = words.content;
let etag = "";
let source = null;
let losing = 0;
let hiding = 0;
let busy = false;
let again = false;
let over = false;

const parts = () => [...document.querySelectorAll("[data-live][id]")];
// The key of a form is another each time, and says nothing new.
const textOf = (part) => part.outerHTML.replace(/(name="key" value=")[^"]*/g, "$1");
const shown = new Map(parts().map((part) => [part.id, textOf(part)]));
const state = document.body.appendChild(document.createElement("p"));
state.className = "live-state";
state.setAttribute("role", "status");
state.hidden = true;

function say(text, action) {
  state.replaceChildren(text);
  if (action) {
    const button = state.appendChild(document.createElement("button"));
    button.type = "button";
    button.textContent = words.dataset.refresh;
    button.addEventListener("click", () => location.reload());
  }
  state.hidden = text === "";
}

// ── one part for another ──────────────────────────────────────────────────────────────────────────────────

const changed = (field) =>
  field.type === "checkbox" || field.type === "radio"
    ? field.checked !== field.defaultChecked
    : field.options
      ? [...field.options].some((one) => one.selected !== one.defaultSelected) && field.selectedIndex > 0
      : field.type === "file"
        ? field.files.length > 0
        : field.type !== "hidden" && field.value !== field.defaultValue;

function inUse(part) {
  const at = document.activeElement;
  return (
    (part.contains(at) && at.matches("input, textarea, select")) ||
    part.querySelector("dialog[open]") !== null ||
    [...part.querySelectorAll("input, textarea, select")].some(changed)
  );
}

// A part that is replaced under a pressing finger swallows the tap.
async function released() {
  while (document.querySelector(":active")) await new Promise((done) => setTimeout(done, 50));
}

function replace(part, fresh) {
  const opened = [...part.querySelectorAll("details")].map((one) => one.open);
  [...fresh.querySelectorAll("details")].forEach((one, place) => {
    one.open = opened[place] ?? one.open;
  });
  const at = part.contains(document.activeElement) ? document.activeElement : null;
  const found = at?.id ? `#${CSS.escape(at.id)}` : at?.getAttribute("href") && `[href="${CSS.escape(at.getAttribute("href"))}"]`;
  part.replaceWith(fresh);
  if (found) fresh.querySelector(found)?.focus({ preventScroll: true });
  if (fresh.offsetHeight < innerHeight / 2) fresh.classList.add("live-new");
  fresh.dispatchEvent(new CustomEvent("live:replaced", { bubbles: true }));
}

function take(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  let left = false;
  for (const part of parts()) {
    const fresh = page.getElementById(part.id);
    const text = fresh && textOf(fresh);
    if (!fresh || shown.get(part.id) === text) continue;
    if (inUse(part)) {
      left = true;
      continue;
    }
    shown.set(part.id, text);
    replace(part, document.adoptNode(fresh));
  }
  return left;
}

// ── asking again ──────────────────────────────────────────────────────────────────────────────────────────

async function refresh() {
  if (busy || over) {
    again = busy;
    return;
  }
  busy = true;
  try {
    const headers = { "Lianban-Live": mark, Accept: "text/html" };
    if (etag) headers["If-None-Match"] = etag;
    const answer = await fetch(location.pathname + location.search, { headers, cache: "no-store" });
    if (answer.redirected || answer.status === 401) {
      over = true;
      source?.close();
      say(words.dataset.out, true);
    } else if (answer.ok) {
      const fresh = await answer.text();
      await released();
      const left = take(fresh);
      etag = left ? "" : (answer.headers.get("etag") ?? "");
      say(left ? words.dataset.newer : "", left);
    }
  } catch {
    lose();
  } finally {
    busy = false;
  }
  if (again) {
    again = false;
    refresh();
  }
}

function lose() {
  losing ||= setTimeout(() => say(words.dataset.lost), PATIENCE);
}

function regain() {
  clearTimeout(losing);
  losing = 0;
  if (state.textContent === words.dataset.lost) say("");
}

function concerns(told) {
  const topics = new Set(parts().flatMap((part) => part.dataset.live.split(" ")));
  return told.all || told.orders.some((code) => topics.has(code) || topics.has(code.replace(/-\d+$/, "")));
}

// ── the stream ────────────────────────────────────────────────────────────────────────────────────────────

function open() {
  clearTimeout(hiding);
  hiding = 0;
  if (!streams || source || document.hidden || over) return;
  const opened = new EventSource(`/live?since=${encodeURIComponent(mark)}`);
  source = opened;
  opened.onopen = regain;
  opened.onmessage = (message) => {
    mark = message.lastEventId;
    if (concerns(JSON.parse(message.data))) refresh();
  };
  opened.onerror = () => {
    lose();
    if (opened.readyState !== EventSource.CLOSED) return;
    // Refused: too many are open, or nobody is signed in any more. Asked by hand until it is let in.
    source = null;
    setTimeout(() => {
      refresh();
      open();
    }, (RETRY + Math.random() * RETRY) * 1000);
  };
}

function close() {
  source?.close();
  source = null;
}

document.addEventListener("visibilitychange", () => {
  // A browser has few lines to one server: pages that nobody looks at give theirs back.
  if (document.hidden) hiding = setTimeout(close, HIDDEN);
  else {
    open();
    if (every) refresh();
  }
});
addEventListener("pageshow", (event) => event.persisted && (close(), open()));
addEventListener("pagehide", close);
addEventListener("online", () => (close(), open()));
if (every) {
  setInterval(() => !document.hidden && refresh(), every * (0.9 + Math.random() * 0.2) * 1000);
}
open();
