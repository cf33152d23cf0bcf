// The page /peta: its filters, its list and its map, which all show the same reports.
"use strict";

const LISTEN_AFTER_MS = 4000;
const side = document.querySelector("[data-peta]");
const said = side.dataset;
const here = document.querySelector("[data-peta-here]");
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const results = () => document.querySelector("[data-peta-results]");

let board, stream;

/** Fetch the page of other filters, put its list into this one, and let the map follow. */
async function load(address, { follow = true } = {}) {
  try {
    const answer = await fetch(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-peta-results]");
    if (!answer.ok || !fresh) throw new Error(`${answer.status}`);
    const form = page.querySelector("[data-peta-filter]");
    results().replaceWith(fresh);
    const focused = document.activeElement?.id;
    document.querySelector("[data-peta-filter]").replaceWith(form);
    tidy();
    if (focused) document.getElementById(focused)?.focus();
    history.replaceState(null, "", new URL(address, location.href).pathname + new URL(address, location.href).search + location.hash);
    here.hidden = true;
    listen();
    board?.count();
    if (follow) board?.goToArea();
    await board?.show();
  } catch {
    location.assign(address);
  }
}

const wishes = (form) => new URLSearchParams([...new FormData(form)].filter(([, value]) => value));

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-peta-filter]")) return;
  event.preventDefault();
  load(`/peta?${wishes(event.target)}`);
});
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-peta-filter]");
  if (form) load(`/peta?${wishes(form)}`);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-peta-link]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    load(link.href).then(() => results().scrollIntoView({ block: "start" }));
  }
  if (event.target.closest("[data-peta-news]")) load(location.href, { follow: false });
});
here.addEventListener("click", () => {
  const query = new URLSearchParams(results().dataset.query);
  query.set("bbox", board.view());
  load(`/peta?${query}`, { follow: false });
});
for (const [on, isLit] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
  document.addEventListener(on, (event) => {
    const card = event.target.closest?.(".peta-list [data-number]");
    if (card) board?.light(card.dataset.kel, card.dataset.number, isLit);
  });
}

/** Filters work at once here: their button is for those without JavaScript. */
function tidy() { document.querySelector("[data-peta-submit]").hidden = true; }

/** Tell of what is new without moving anything: a pill counts it. */
function listen() {
  stream?.close();
  stream = undefined;
  if (document.hidden || !window.EventSource) return;
  const seen = new Set();
  stream = new EventSource(results().dataset.stream);
  stream.addEventListener("laporan", ({ data }) => {
    seen.add(JSON.parse(data).number);
    const pill = document.querySelector("[data-peta-news]");
    pill.hidden = false;
    pill.textContent = fill(said.news, { n: seen.size });
  });
}

async function start() {
  if (!said.shapes) return;
  side.hidden = false;
  try {
    const [drawing, { ReportMap }] = await Promise.all([import(said.drawing), import(said.reportMap)]);
    board = new ReportMap(drawing, await drawing.fetchAreas(said.shapes), side, results, load);
    board.count();
    await drawing.addBasemap(board.L, board.map, said);
    await board.show();
    side.dataset.ready = "";
    performance.mark("peta");
  } catch {
    document.querySelector("[data-peta-told]").textContent = said.broken;
  }
}

tidy();
// Who only glances at the page takes nobody else's place among the listeners.
start().then(() => setTimeout(listen, LISTEN_AFTER_MS));
document.addEventListener("visibilitychange", listen);
