/** Leaflet with the configured tiles, or plain ground; loaded only where a map is shown. Positions come as WGS-84. */
import gcoord from "gcoord";
import * as L from "leaflet";
import "leaflet/dist/leaflet.css";

import { answer, api, type Schemas } from "@/api/client";

import type { Spot } from "./hull";

export { L };

export interface Ground {
  map: L.Map;
  /** Where a WGS-84 position lies on this map's tiles. */
  at: (spot: Spot) => L.LatLngTuple;
  /** The WGS-84 position of a place on the map. */
  whereIs: (place: L.LatLng) => Spot;
  hasTiles: boolean;
}

let settings: Promise<Schemas["ClientSettings"]> | null = null;

export interface GroundWords {
  zoomIn: string;
  zoomOut: string;
}

export async function makeGround(element: HTMLElement, words: GroundWords, options: L.MapOptions = {}): Promise<Ground> {
  settings ??= answer(api.GET("/api/v1/settings"));
  const tiles = (await settings).map;
  const map = L.map(element, { zoomControl: false, attributionControl: tiles !== null, zoomSnap: 0.5, maxZoom: 18, ...options });
  map.attributionControl?.setPrefix(false);
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  for (const layer of tiles?.layers ?? []) L.tileLayer(layer, { attribution: escaped(tiles?.attribution ?? ""), maxZoom: 18 }).addTo(map);
  const isShifted = tiles?.datum === "gcj02";
  return {
    map,
    hasTiles: tiles !== null,
    at: (spot) => {
      if (!isShifted) return [spot.latitude, spot.longitude];
      const [longitude = spot.longitude, latitude = spot.latitude] = gcoord.transform([spot.longitude, spot.latitude], gcoord.WGS84, gcoord.GCJ02);
      return [latitude, longitude];
    },
    whereIs: (place) => {
      if (!isShifted) return { latitude: place.lat, longitude: place.lng };
      const [longitude = place.lng, latitude = place.lat] = gcoord.transform([place.lng, place.lat], gcoord.GCJ02, gcoord.WGS84);
      return { latitude, longitude };
    },
  };
}

/** Leaflet takes markup for an attribution; ours is only ever words. */
function escaped(text: string): string {
  const words = document.createElement("span");
  words.textContent = text;
  return words.innerHTML;
}
