/** Where the phone is: asked only after somebody pressed for it, or has allowed it before; a refusal is an answer. */

export interface Whereabouts {
  latitude: number;
  longitude: number;
  accuracy_metres: number;
}

/** Why there is no position. */
export type NoWhereabouts = "denied" | "unavailable" | "timeout" | "unsupported";

const WAIT_MS = 12_000;
const FRESH_MS = 60_000;

export async function findWhereabouts(): Promise<Whereabouts | NoWhereabouts> {
  if (!("geolocation" in navigator)) return "unsupported";
  return new Promise((settle) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => settle({ latitude: round(coords.latitude), longitude: round(coords.longitude), accuracy_metres: Math.round(coords.accuracy) }),
      (error) => settle(error.code === 1 ? "denied" : error.code === 3 ? "timeout" : "unavailable"),
      { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: FRESH_MS },
    );
  });
}

/** Allowed before, so that asking again shows nothing to the person. */
export async function isWhereaboutsAllowed(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: "geolocation" })).state === "granted";
  } catch {
    return false;
  }
}

/** Six decimals are ten centimetres; more only looks exact. */
function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}
