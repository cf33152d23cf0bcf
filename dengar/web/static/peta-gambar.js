// What every map here draws alike: the base map, the areas with their names, and how Leaflet comes in when it is needed.
"use strict";

let arriving;

/** Bring Leaflet in from this site; `at` are the addresses { leaflet, leafletCss } of its script and style sheet. */
export function bringLeaflet(at) {
  if (window.L) return Promise.resolve(window.L);
  arriving ??= new Promise((resolve, reject) => {
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: at.leafletCss });
    const script = Object.assign(document.createElement("script"), { src: at.leaflet });
    script.addEventListener("load", () => resolve(window.L));
    script.addEventListener("error", () => { arriving = undefined; reject(new Error("Leaflet")); });
    document.head.prepend(sheet);
    document.head.append(script);
  });
  return arriving;
}

/** Make a map without the flag in its corner. */
export function makeMap(L, place, options) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const motion = still ? { zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false } : {};
  const map = L.map(place, { minZoom: 9, maxZoom: 19, zoomSnap: 0.5, ...motion, ...options });
  map.attributionControl.setPrefix(false);
  return map;
}

/** Lay the operator's base map beneath; `told` is null or { tiles, archive, library, attribution }. */
export async function addBasemap(L, map, told) {
  if (!told) return;
  map.getContainer().classList.add("over-tiles");
  if (told.tiles) {
    const tiles = L.tileLayer(told.tiles, { attribution: told.attribution, maxZoom: 19, keepBuffer: 1 });
    tiles.addTo(map);
  }
}

/** Fetch the areas as GeoJSON. */
export async function fetchAreas(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

/** Draw areas; `each(feature, layer)` is called for every one of them. */
export function drawAreas(L, areas, each, options) {
  return L.geoJSON(areas, { style: () => ({ className: "area" }), onEachFeature: each, attribution: "", ...options });
}

/** Give bounds of where nearly all areas are: far islands would make the city tiny. */
export function heartOf(L, areas) {
  const middle = (name) => {
    const sorted = areas.features.map((one) => one.properties[name]).sort((a, b) => a - b);
    const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
    return [at(0.04), at(0.96)];
  };
  const [south, north] = middle("lat"), [west, east] = middle("lon");
  return L.latLngBounds([south, west], [north, east]).pad(0.04);
}

/** Write the names of the areas in view as soon as there is room for them. */
export function nameAreas(L, map, areas, from = 13) {
  const names = L.layerGroup().addTo(map);
  const write = () => {
    names.clearLayers();
    if (map.getZoom() < from) return;
    for (const { properties } of areas.features) {
      const at = [properties.lat, properties.lon];
      if (!map.getBounds().contains(at)) continue;
      const html = Object.assign(document.createElement("span"), { textContent: properties.name });
      const icon = L.divIcon({ className: "area-name", html });
      names.addLayer(L.marker(at, { icon, interactive: false, keyboard: false }));
    }
  };
  map.on("moveend", write);
  write();
}
