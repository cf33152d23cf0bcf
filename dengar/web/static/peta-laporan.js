// The map of reports: areas coloured by how many there are; near by, the reports themselves as points, packed together.
"use strict";

const POINTS_FROM = 14, COUNTS_FROM = 12;
const LADDERS = [[1, 2, 3, 5, 8], [1, 5, 10, 20, 50], [1, 20, 50, 100, 250], [1, 100, 250, 500, 1000], [1, 500, 1000, 2500, 5000]];
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const element = (tag, text, name) => Object.assign(document.createElement(tag), { textContent: text ?? "", className: name ?? "" });
const fetchJson = async (address, signal) => {
  const answer = await fetch(address, { signal });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
};

/** The lower ends of five classes for numbers up to `most`, so that the last ones are not empty. */
function makeSteps(most) {
  return LADDERS.find((ladder) => most < 4 * ladder[4]) ?? LADDERS.at(-1);
}

/** `results()` is the list beside the map, `load(address)` shows the page of other filters. */
export class ReportMap {
  constructor(drawing, areas, side, results, load) {
    this.L = window.L;
    this.said = side.dataset;
    this.told = side.querySelector("[data-peta-told]");
    this.here = side.querySelector("[data-peta-here]");
    this.legend = side.querySelector("[data-peta-legend]");
    this.results = results;
    this.load = load;
    this.drawing = drawing;
    this.features = new Map(areas.features.map((one) => [one.id, one]));
    this.shapes = new Map();
    this.marks = new Map();
    this.number = new Intl.NumberFormat(document.documentElement.lang);
    this.map = drawing.makeMap(this.L, side.querySelector("[data-peta-map]"), {}, this.said);
    drawing.drawAreas(this.L, areas, (feature, shape) => this.know(feature, shape)).addTo(this.map);
    this.heart = drawing.heartOf(this.L, areas);
    this.labels = this.L.layerGroup().addTo(this.map);
    this.dots = this.L.markerClusterGroup({
      maxClusterRadius: 46, showCoverageOnHover: false, chunkedLoading: true, animate: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      iconCreateFunction: (pack) => this.packIcon(pack),
    }).addTo(this.map);
    this.map.on("popupopen", ({ popup }) => this.enter(popup));
    this.goToStart();
    this.map.on("moveend", () => this.moved());
    drawing.nameAreas(this.L, this.map, areas, POINTS_FROM);
  }

  know(feature, shape) {
    this.shapes.set(feature.id, shape);
    shape.on("click", (event) => this.openArea(feature, event.latlng));
    shape.on("mouseover", () => this.light(feature.id, "", true)).on("mouseout", () => this.light(feature.id, "", false));
  }

  goToStart() {
    const [zoom, lat, lon] = location.hash.slice(1).split("/").map(Number);
    const box = this.results().dataset.ownBox.split(",").map(Number);
    if ([zoom, lat, lon].every(Number.isFinite) && location.hash) this.map.setView([lat, lon], zoom);
    else if (box.length === 4) this.map.fitBounds([[box[1], box[0]], [box[3], box[2]]]);
    else this.goToArea();
  }

  /** Go where the filters lead; only what the reader moves offers to search there. */
  goToArea() {
    this.isLed = true;
    const code = this.results().dataset.kel;
    const chosen = [...this.shapes].filter(([one]) => code && one.startsWith(code)).map(([, shape]) => shape.getBounds());
    if (chosen.length) this.map.fitBounds(chosen.reduce((all, one) => all.extend(one), this.L.latLngBounds(chosen[0])), { animate: false });
    else this.map.fitBounds(this.heart, { animate: false });
    this.isLed = false;
  }

  /** Take the numbers from the table of the page, and colour the areas. */
  count() {
    this.query = this.results().dataset.query;
    this.counts = Object.fromEntries([...this.results().querySelectorAll("tr[data-code]")].map(({ dataset }) => [dataset.code, Number(dataset.n)]));
    const steps = makeSteps(Math.max(0, ...Object.values(this.counts)));
    for (const [code, shape] of this.shapes) {
      const list = shape.getElement().classList;
      list.remove(...[0, 1, 2, 3, 4, 5].map((step) => `step-${step}`));
      list.add(`step-${this.stepOf(this.counts[code] ?? 0, steps)}`);
    }
    this.steps = steps;
    this.label();
  }

  stepOf(n, steps) { return steps.filter((step) => n >= step).length; }

  /** Say what the colours and the numbers stand for. */
  explain(isFar) {
    const steps = this.steps;
    const names = ["0", ...steps.map((low, place) => {
      const high = steps[place + 1] - 1;
      return high === low ? `${low}` : Number.isNaN(high) ? `≥ ${this.number.format(low)}` : `${this.number.format(low)}–${this.number.format(high)}`;
    })];
    this.legend.replaceChildren(
      element("b", isFar ? this.said.legendFar : this.said.legend), ...names.map((name, step) => element("span", name, `swatch step-${step}`)),
    );
  }

  /** Write the numbers: those of kecamatan from afar, of kelurahan nearer, none where the reports themselves stand. */
  label() {
    this.labels.clearLayers();
    const zoom = this.map.getZoom();
    if (!this.counts) return;
    const isFar = zoom < COUNTS_FROM, sums = new Map();
    this.explain(isFar);
    if (zoom >= POINTS_FROM) return;
    for (const [code, n] of Object.entries(this.counts)) {
      const feature = this.features.get(code);
      if (!feature) continue;
      const { lat, lon } = feature.properties, key = isFar ? code.slice(0, 8) : code;
      const sum = sums.get(key) ?? { n: 0, lat: 0, lon: 0, most: 0 };
      sums.set(key, { n: sum.n + n, lat: sum.lat + lat * n, lon: sum.lon + lon * n, most: Math.max(sum.most, n) });
    }
    for (const { n, lat, lon, most } of sums.values()) {
      const isDeep = this.stepOf(most, this.steps) >= 4;
      const icon = this.L.divIcon({ className: `peta-count${isDeep ? " deep" : ""}`, html: element("span", this.number.format(n)) });
      this.labels.addLayer(this.L.marker([lat / n, lon / n], { icon, pane: "names", interactive: false, keyboard: false }));
    }
  }

  moved() {
    const { lat, lng } = this.map.getCenter();
    history.replaceState(null, "", `${location.pathname}${location.search}#${this.map.getZoom()}/${lat.toFixed(4)}/${lng.toFixed(4)}`);
    this.label();
    this.here.hidden = this.isLed;
    this.show();
  }

  view() {
    const box = this.map.getBounds();
    return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()].map((one) => one.toFixed(4)).join(",");
  }

  /** Show the reports of this view as points when it is near enough. */
  async show() {
    this.asking?.abort();
    const isNear = this.map.getZoom() >= POINTS_FROM;
    this.map.getContainer().classList.toggle("close", isNear);
    if (!isNear) { this.place([]); this.told.textContent = ""; return; }
    this.asking = new AbortController();
    try {
      const query = new URLSearchParams(this.query ?? this.results().dataset.query);
      query.set("bbox", this.view());
      const found = await fetchJson(`/api/peta/titik?${query}`, this.asking.signal);
      this.place(found.titik);
      this.told.textContent = found.terlalu_banyak ? this.said.tooMany : fill(this.said.nOne, { n: this.number.format(found.titik.length) });
    } catch (error) {
      if (error.name !== "AbortError") this.told.textContent = this.said.broken;
    }
  }

  /** Put the points there; those that stay are not touched, so that focus and open cards stay too. */
  place(found) {
    const wanted = new Map(found.map((one) => [one.number, one]));
    const gone = [...this.marks].filter(([number]) => !wanted.has(number));
    this.dots.removeLayers(gone.map(([, mark]) => mark));
    for (const [number] of gone) this.marks.delete(number);
    const fresh = found.filter((one) => !this.marks.has(one.number));
    for (const one of fresh) this.marks.set(one.number, this.makeMark(one));
    this.dots.addLayers(fresh.map((one) => this.marks.get(one.number)));
  }

  makeMark(one) {
    const kind = ["dot", one.tone, one.is_exact ? "" : "rough", one.urgency === "routine" ? "" : "urgent"].filter(Boolean).join(" ");
    const icon = this.L.divIcon({ className: kind, iconSize: [26, 26] });
    const name = [one.title, one.state_name, one.urgency_name].filter(Boolean).join(", ");
    const mark = this.L.marker([one.lat, one.lon], { icon, title: name, alt: name });
    mark.bindPopup(() => this.makeCard(one), { minWidth: 220, maxWidth: 300 });
    mark.on("add", () => this.name(mark, name));
    mark.on("mouseover", () => this.light(one.kel, one.number, true)).on("mouseout", () => this.light(one.kel, one.number, false));
    return mark;
  }

  name(mark, name) {
    const drawn = mark.getElement();
    drawn?.setAttribute("aria-label", name);
  }

  makeCard(one) {
    const card = element("div");
    const pill = element("p");
    pill.append(element("span", one.state_name, `pill ${one.tone}`));
    if (one.urgency_name) pill.append(" ", element("span", one.urgency_name, "tag urgent"));
    const open = Object.assign(element("a", this.said.openReport), { href: `/laporan/${encodeURIComponent(one.number)}` });
    const last = element("p");
    last.append(open);
    const title = element("p");
    title.append(Object.assign(element("b", one.title), { lang: "id" }));
    card.append(pill, title, element("p", `${one.category} · ${one.place} · ${one.at}`), last);
    if (!one.is_exact) card.insertBefore(element("p", this.said.rough, "hint"), last);
    return card;
  }

  packIcon(pack) {
    const n = pack.getChildCount(), size = n < 10 ? 34 : n < 100 ? 42 : 50;
    const name = fill(this.said.cluster, { n: this.number.format(n) });
    pack.once("add", () => this.name(pack, name));
    return this.L.divIcon({ className: "pack", html: element("span", this.number.format(n)), iconSize: [size, size] });
  }

  openArea(feature, at) {
    if (this.map.getZoom() >= POINTS_FROM) return;
    const card = element("div"), n = this.counts?.[feature.id] ?? 0;
    const zoom = element("button", this.said.zoomIn, "quiet");
    zoom.type = "button";
    zoom.addEventListener("click", () => {
      this.map.closePopup();
      this.map.setView(this.shapes.get(feature.id).getBounds().getCenter(), POINTS_FROM + 0.5);
    });
    const query = new URLSearchParams(this.query);
    query.set("kel", feature.id);
    const list = Object.assign(element("a", this.said.areaList), { href: `/peta?${query}` });
    list.addEventListener("click", (event) => { event.preventDefault(); this.map.closePopup(); this.load(list.href); });
    const links = element("p");
    links.append(list);
    card.append(element("b", `Kel. ${feature.properties.name}`), element("p", fill(this.said.nOne, { n: this.number.format(n) })), zoom, links);
    this.L.popup({ minWidth: 180 }).setLatLng(at).setContent(card).openOn(this.map);
  }

  /** Lead the keyboard into a card, and back to its mark when it closes. */
  enter(popup) {
    const from = document.activeElement;
    if (!this.map.getContainer().contains(from)) return;
    popup.getElement().querySelector("p a, p button, button")?.focus({ preventScroll: true });
    popup.once("remove", () => { if (from.isConnected) from.focus({ preventScroll: true }); });
  }

  /** Light up an area, and a report in the list and on the map. */
  light(kel, number, isLit) {
    this.shapes.get(kel)?.getElement()?.classList.toggle("lit", isLit && !number);
    if (!number) return;
    this.results().querySelector(`[data-number="${CSS.escape(number)}"]`)?.classList.toggle("lit", isLit);
    const mark = this.marks.get(number);
    const shown = mark && this.dots.getVisibleParent(mark);
    shown?.getElement()?.classList.toggle("lit", isLit);
    if (!shown) this.shapes.get(kel)?.getElement()?.classList.toggle("lit", isLit);
  }
}
