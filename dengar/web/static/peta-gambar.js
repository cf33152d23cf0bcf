// What every map here draws alike: the base map, the areas with their names, and how Leaflet comes in when it is needed.
"use strict";

const arriving = new Map();

/** Bring a script in from this site, once. */
function bring(address) {
  if (!arriving.has(address)) {
    arriving.set(address, new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: address });
      script.addEventListener("load", resolve);
      script.addEventListener("error", () => { arriving.delete(address); reject(new Error(address)); });
      document.head.append(script);
    }));
  }
  return arriving.get(address);
}

/** Bring Leaflet in; `at` are the addresses { leaflet, leafletCss } of its script and style sheet. */
export async function bringLeaflet(at) {
  if (!window.L) {
    document.head.prepend(Object.assign(document.createElement("link"), { rel: "stylesheet", href: at.leafletCss }));
    await bring(at.leaflet);
  }
  return window.L;
}

/** Make a map without the flag in its corner; `said` are { nearer, farther }, the names of its two buttons. */
export function makeMap(L, place, options, said) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const motion = still ? { zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false } : {};
  const map = L.map(place, { minZoom: 9, maxZoom: 19, zoomSnap: 0.5, zoomControl: false, ...motion, ...options });
  L.control.zoom({ zoomInTitle: said.nearer, zoomOutTitle: said.farther }).addTo(map);
  if (still) {
    const panBy = map.panBy.bind(map);
    map.panBy = (offset, how) => panBy(offset, { ...how, animate: false });
  }
  map.attributionControl.setPrefix(false);
  // Leaflet hears Escape only while the map itself has the focus, not one of its marks.
  map.getContainer().addEventListener("keydown", ({ key }) => { if (key === "Escape") map.closePopup(); });
  map.createPane("names").classList.add("names-pane");
  return map;
}

/** Lay the operator's base map beneath; `at` are { basemap, archiveReader }. Without one the areas are the map. */
export async function addBasemap(L, map, at) {
  if (!at.basemap) return;
  const { archive, tiles, attribution } = JSON.parse(at.basemap);
  try {
    const layer = archive ? await openArchive(archive, at.archiveReader, attribution) : L.tileLayer(tiles, { attribution, maxZoom: 19 });
    layer.addTo(map);
    map.getContainer().classList.add("over-tiles");
  } catch (error) {
    console.warn("The base map cannot be shown.", error);
  }
}

async function openArchive(address, reader, attribution) {
  await bring(reader);
  const archive = new window.pmtiles.PMTiles(address);
  const { minZoom, maxZoom } = await archive.getHeader();
  return window.pmtiles.leafletRasterLayer(archive, { attribution, minNativeZoom: minZoom, maxNativeZoom: maxZoom, maxZoom: 19 });
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
      names.addLayer(L.marker(at, { icon, pane: "names", interactive: false, keyboard: false }));
    }
  };
  map.on("moveend", write);
  write();
}
