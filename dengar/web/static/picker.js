// Place picker: a text field for a place becomes a field with a map. Without JavaScript the field alone remains.
//
// The contract:
// - Template: {% import "peta/picker.html" as peta with context %}; {{ peta.head() }} in the head of the page, then
//   {{ peta.picker(value="", lat="", lon="", id="lokasi", name="lokasi", lat_name="lat", lon_name="lon",
//   label=…, open=false) }} in its form. name="" leaves the text field out; open=true opens the map at once.
// - Inputs it sends: `name` (words), `lat_name` and `lon_name` (degrees with 6 decimals, or empty: no point chosen).
// - Events of the element [data-picker], both bubble: `picker:change`, detail { lat, lon, place }: a point was set;
//   `place` is the answer of /api/tempat (kelurahan, kelurahan_code, kecamatan, kota, border_m, border_name,
//   near_border, …), null when it could not be asked. `picker:clear`: there is no point any more.
// - It listens there to `picker:set`, detail { lat, lon }: another script knows a point.
// - A point in no kelurahan is told and not kept. The words are only filled in while they are empty.
"use strict";

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

class Picker {
  constructor(root) {
    this.root = root;
    this.said = root.dataset;
    for (const name of ["text", "tools", "mine", "open", "clear", "board", "search", "names", "map", "middle", "found", "lat", "lon"]) {
      this[name] = root.querySelector(`[data-picker-${name}]`);
    }
    this.tools.hidden = false;
    this.mine.hidden = !navigator.geolocation;
    this.open.hidden = !this.said.shapes;
    this.mine.addEventListener("click", () => this.locate());
    this.open.addEventListener("click", () => this.toggle());
    this.clear.addEventListener("click", () => { this.forget(); this.tell(""); });
    this.middle.addEventListener("click", () => this.pick(this.boardMap.getCenter()));
    this.search.addEventListener("change", () => this.seek());
    this.search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); this.seek(); }
    });
    root.addEventListener("picker:set", ({ detail }) => this.set(detail.lat, detail.lon));
    if (this.lat.value && this.lon.value) this.set(Number(this.lat.value), Number(this.lon.value), true);
    if ("open" in this.said && this.said.shapes) this.toggle();
  }

  tell(text, tone = "") {
    this.found.textContent = text;
    this.found.className = `picker-found ${tone}`;
  }

  locate() {
    this.tell(this.said.locating);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.set(coords.latitude, coords.longitude),
      () => this.tell(this.said.notLocated, "outside"),
      { enableHighAccuracy: true, timeout: 15000 },
    );
  }

  async toggle() {
    this.board.hidden = !this.board.hidden;
    this.open.setAttribute("aria-expanded", String(!this.board.hidden));
    if (this.board.hidden) return;
    try {
      await (this.ready ??= this.build());
      this.boardMap.invalidateSize();
    } catch {
      this.ready = undefined;
      this.board.hidden = true;
      this.tell(this.said.broken, "outside");
    }
  }

  async build() {
    const drawing = await import(this.said.drawing);
    const [L, areas] = await Promise.all([drawing.bringLeaflet(this.said), drawing.fetchAreas(this.said.shapes)]);
    this.L = L;
    this.boardMap ??= drawing.makeMap(L, this.map, { center: [-6.2, 106.83], zoom: 11 }, this.said);
    await drawing.addBasemap(L, this.boardMap, this.said);
    this.areas = new Map();
    this.byName = new Map();
    const layer = drawing.drawAreas(L, areas, (feature, shape) => this.know(feature, shape));
    layer.addTo(this.boardMap);
    this.names.append(...[...this.byName.keys()].map((name) => Object.assign(document.createElement("option"), { value: name })));
    this.boardMap.on("click", (event) => this.pick(event.latlng));
    this.map.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === this.map) { event.preventDefault(); this.pick(this.boardMap.getCenter()); }
    });
    if (this.point) this.show();
    else this.boardMap.fitBounds(drawing.heartOf(L, areas));
    drawing.nameAreas(L, this.boardMap, areas);
  }

  know(feature, shape) {
    this.areas.set(feature.id, shape);
    const { name, within } = feature.properties;
    this.byName.set(`${name}, ${within[0]}`, { shape, words: fill(this.said.found, { kel: name, kec: within[0] }) });
  }

  async seek() {
    await this.ready;
    const wanted = this.search.value.trim().toLowerCase();
    if (!wanted) return;
    const names = [...this.byName.keys()];
    const name = names.find((one) => one.toLowerCase() === wanted) ?? names.find((one) => one.toLowerCase().startsWith(wanted))
      ?? names.find((one) => one.toLowerCase().includes(wanted));
    if (!name) { this.tell(this.said.noArea, "outside"); return; }
    const { shape, words } = this.byName.get(name);
    this.boardMap.fitBounds(shape.getBounds());
    this.tell(`${words}. ${this.said.tap}`);
  }

  pick({ lat, lng }) { this.set(lat, lng); }

  async set(lat, lon, isOld = false) {
    this.point = { lat, lon };
    this.lat.value = lat.toFixed(6);
    this.lon.value = lon.toFixed(6);
    this.clear.hidden = false;
    this.show();
    this.tell(this.said.asking);
    const asked = this.point;
    const place = await this.ask(lat, lon);
    if (asked !== this.point) return;
    if (place?.problem) {
      this.forget();
      this.tell(fill(this.said.outside, { why: place.problem }), "outside");
      return;
    }
    this.describe(place, isOld);
    this.root.dispatchEvent(new CustomEvent("picker:change", { bubbles: true, detail: { lat, lon, place } }));
  }

  async ask(lat, lon) {
    try {
      const answer = await fetch(`${this.said.places}?lat=${lat.toFixed(6)}&lon=${lon.toFixed(6)}`);
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  describe(place, isOld) {
    if (!place) { this.tell(this.said.unknown); return; }
    const name = fill(this.said.found, { kel: place.kelurahan, kec: place.kecamatan });
    const near = place.near_border ? fill(this.said.near, { m: Math.round(place.border_m), kel: place.border_name }) : "";
    this.tell(near ? `${name}, ${near}` : name, near ? "near" : "");
    if (this.text && !this.text.value && !isOld) this.text.value = name;
    this.mark(place.kelurahan_code, "own");
    if (near) this.mark(place.border_code, "next");
  }

  mark(code, kind) {
    const shape = this.areas?.get(code)?.getElement();
    if (shape) shape.classList.add(kind);
    else (this.pending ??= []).push([code, kind]);
  }

  show() {
    if (!this.boardMap || !this.areas) return;
    for (const shape of this.areas.values()) shape.getElement()?.classList.remove("own", "next");
    const at = [this.point.lat, this.point.lon];
    const icon = this.L.divIcon({ className: "picker-pin", iconSize: [22, 22], iconAnchor: [11, 26] });
    this.pin ??= this.L.marker(at, { icon, draggable: true, alt: this.said.pin, title: this.said.pin })
      .on("dragend", () => this.pick(this.pin.getLatLng()));
    this.pin.setLatLng(at).addTo(this.boardMap);
    if (!this.boardMap.getBounds().contains(at) || this.boardMap.getZoom() < 14) {
      this.boardMap.setView(at, Math.max(this.boardMap.getZoom(), 15));
    }
    const pending = this.pending ?? [];
    this.pending = undefined;
    for (const [code, kind] of pending) this.mark(code, kind);
  }

  forget() {
    this.point = this.pending = undefined;
    this.lat.value = this.lon.value = "";
    this.clear.hidden = true;
    this.pin?.remove();
    for (const shape of this.areas?.values() ?? []) shape.getElement()?.classList.remove("own", "next");
    this.root.dispatchEvent(new CustomEvent("picker:clear", { bubbles: true }));
  }
}

for (const root of document.querySelectorAll("[data-picker]")) new Picker(root);
