/** Where this phone is, asked with consent: by itself only where it was granted before, else when the person taps. */
import { ref, shallowRef } from "vue";

import type { Answer } from "./visit";

export interface Here {
  latitude: number;
  longitude: number;
  accuracyMetres: number;
  at: number;
}

/** `asked`: waiting for the phone · `refused`: the person said no · `unavailable`: no position to be had. */
export type HereState = "unknown" | "asked" | "known" | "refused" | "unavailable";

/** An older position may be another house's. */
const FRESH_MS = 120_000;

export const here = shallowRef<Here | null>(null);
export const hereState = ref<HereState>("unknown");

export function askWhere(): Promise<Here | null> {
  if (!("geolocation" in navigator)) {
    hereState.value = "unavailable";
    return Promise.resolve(null);
  }
  hereState.value = "asked";
  return new Promise((settle) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        here.value = { latitude: coords.latitude, longitude: coords.longitude, accuracyMetres: coords.accuracy, at: Date.now() };
        hereState.value = "known";
        settle(here.value);
      },
      (error) => {
        hereState.value = error.code === error.PERMISSION_DENIED ? "refused" : "unavailable";
        settle(null);
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    );
  });
}

/** Where consent stands already, look without asking anybody. */
export async function lookWhereIfGranted(): Promise<void> {
  try {
    const consent = await navigator.permissions.query({ name: "geolocation" });
    if (consent.state === "granted") await askWhere();
    else if (consent.state === "denied") hereState.value = "refused";
  } catch {
    // This browser does not tell; the person's tap will ask.
  }
}

/** The position for what is recorded now, where it is known and fresh; an old one is looked up again for the next. */
export function positionNow(): Answer["position"] {
  const found = here.value;
  const isFresh = found !== null && Date.now() - found.at < FRESH_MS;
  if (!isFresh && hereState.value === "known") void askWhere();
  return isFresh ? { latitude: found.latitude, longitude: found.longitude, datum: "wgs84", accuracy_metres: Math.min(1_000_000, found.accuracyMetres) } : null;
}
