// The desk by keyboard, the hold on a report, and the news of the queue. Everything works without this, by links and forms.
const ALIVE_MS = 4 * 60 * 1000;
const RENEW_MS = 60 * 1000;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
let touched = performance.now();
let stream = null;
let fresh = new Set();

// Keys

const isTyping = (element) => element.matches("input:not([type=hidden]):not([type=checkbox]), textarea, select");
const rows = () => [...document.querySelectorAll(".rows a")];

function step(by) {
  const links = rows();
  if (!links.length) return;
  let at = links.indexOf(document.activeElement);
  if (at < 0) at = links.findIndex((link) => link.parentElement.hasAttribute("aria-current"));
  const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1);
  links[next].focus();
  links[next].scrollIntoView({ block: "nearest" });
}

function focusFor(key) {
  const marked = [...document.querySelectorAll("[data-focus]")].filter((one) => one.dataset.focus.split(" ")[0] === key);
  const target = marked.find((one) => one.dataset.focus.endsWith("first")) ?? marked[0];
  if (!target) return false;
  target.focus();
  target.scrollIntoView({ block: "center" });
  return true;
}

function press(key) {
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!button || button.disabled) return false;
  button.click();
  return true;
}

const MOVES = { j: () => step(1), k: () => step(-1), o: () => document.activeElement.closest(".rows a")?.click() };

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const element = document.activeElement ?? document.body;
  if (event.key === "Escape" && isTyping(element)) {
    element.blur();
    rest();
    return;
  }
  if (isTyping(element) || document.querySelector("dialog[open]")) return;
  const key = event.shiftKey && event.key === "O" ? "Shift+O" : event.key;
  if (key === "?") document.querySelector("#bantuan")?.showModal();
  else if (MOVES[key]) MOVES[key]();
  else if ((key === "e" || key === "r") ? !focusFor(key) : !press(key)) return;
  event.preventDefault();
}

// Wherever the page was exchanged, the keyboard goes on from what matters now.
function rest() {
  const target = document.querySelector("#masalah, #judul") ?? document.querySelector("#tenang") ?? rows()[0] ?? document.querySelector("#isi");
  target?.focus({ preventScroll: true });
}

// The hold: told by the second, renewed while somebody works

let timer = 0;
let holding = null;

function watchHold() {
  clearInterval(timer);
  const told = document.querySelector("[data-hold]");
  if (!told) return;
  holding = { told, until: performance.now() + told.dataset.seconds * 1000, renewed: performance.now() };
  timer = setInterval(() => tick(holding), 1000);
}

function tick(held) {
  const left = Math.max(0, Math.round((held.until - performance.now()) / 1000));
  const { told } = held;
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  const says = left ? fill(told.dataset.says, { time }) : told.dataset.lost;
  told.firstElementChild.textContent = held.isChanged ? `${says} ${told.dataset.changed}` : says;
  told.classList.toggle("lost", !left);
  const now = performance.now();
  if (now - held.renewed > RENEW_MS && now - touched < ALIVE_MS && !document.hidden) renew(held);
}

async function renew(held) {
  held.renewed = performance.now();
  try {
    const answer = await fetch(held.told.dataset.hold, { method: "POST" });
    if (!answer.ok) {
      held.until = answer.status === 409 ? 0 : held.until;
      return;
    }
    const { sisa, versi, dipegang } = await answer.json();
    held.isChanged = String(versi) !== held.told.dataset.version;
    held.until = performance.now() + sisa * 1000;
    showHolders(dipegang);
  } catch {
    // away for a moment: it is tried again in a minute, and the hold is told until it ends
  }
}

function showHolders(held) {
  for (const row of document.querySelectorAll(".rows li")) {
    const badge = row.querySelector(".holder");
    const who = held[row.dataset.number];
    badge.hidden = !who;
    badge.textContent = who ? fill(badge.dataset.holder, { who }) : "";
  }
}

// News: counted in a pill, the list stands still

function watchQueue() {
  const desk = document.querySelector("#meja");
  if (!desk) return;
  fresh = new Set();
  if (stream?.url.endsWith(desk.dataset.stream)) return;
  stream?.close();
  stream = new EventSource(desk.dataset.stream);
  stream.addEventListener("baru", (event) => count(JSON.parse(event.data).nomor));
}

function count(numbers) {
  const shown = new Set([...document.querySelectorAll(".rows li")].map((row) => row.dataset.number));
  const open = document.querySelector("#meja").dataset.open;
  for (const number of numbers) if (!shown.has(number) && number !== open) fresh.add(number);
  const pill = document.querySelector("#baru");
  if (!pill || !fresh.size) return;
  pill.hidden = false;
  pill.textContent = fresh.size === 1 ? pill.dataset.one : fill(pill.dataset.many, { n: fresh.size });
}

// Comforts

function onClick(event) {
  const filler = event.target.closest("[data-fill]");
  if (filler) filler.form.elements[filler.dataset.fill].value = filler.dataset.value;
  const ready = event.target.closest("[data-text]");
  if (ready) {
    ready.closest("form").querySelector("textarea").value = ready.dataset.text;
    event.preventDefault();
  }
  if (event.target.closest('[data-key="?"]')) document.querySelector("#bantuan").showModal();
}

function begin() {
  for (const one of document.querySelectorAll('[data-key="?"]')) one.hidden = false;
  watchHold();
  watchQueue();
}

for (const [name, hidden] of [["picker:change", false], ["picker:clear", true]]) {
  addEventListener(name, (event) => { event.target.closest("form").querySelector("[data-needs-point]").hidden = hidden; });
}
addEventListener("keydown", onKey);
addEventListener("click", onClick);
for (const name of ["keydown", "pointerdown", "wheel"]) addEventListener(name, () => { touched = performance.now(); }, { passive: true });
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  // the sign-in page, or trouble: shown as the page that it is
  if (detail.xhr.status < 400 && !detail.xhr.responseText.includes('id="meja"')) {
    detail.shouldSwap = false;
    location.assign(detail.pathInfo.responsePath || "/antrean");
  }
});
document.addEventListener("htmx:afterSettle", () => {
  document.querySelector("#putus").hidden = true;
  begin();
  if (!isTyping(document.activeElement ?? document.body)) rest(); // who was faster than the page goes on typing
});
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    const told = document.querySelector("#putus");
    told.hidden = false;
    told.scrollIntoView({ block: "nearest" });
  });
}
document.querySelector("#bantuan")?.addEventListener("close", rest);
begin();
if (document.querySelector("#meja, .case-page") && !location.hash) rest();
