/** How far things are, and what is nearest. Pure; positions are WGS-84 in degrees. */

export interface Place {
  latitude: number;
  longitude: number;
}

const EARTH_M = 6_371_008.8;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Great-circle distance in metres (haversine). */
export function metresBetween(a: Place, b: Place): number {
  const north = Math.sin(radians(b.latitude - a.latitude) / 2) ** 2;
  const east = Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(north + east)));
}

export function placeOf(thing: { latitude: number | null; longitude: number | null } | null | undefined): Place | null {
  return thing?.latitude == null || thing.longitude == null ? null : { latitude: thing.latitude, longitude: thing.longitude };
}

export interface Near<T> {
  thing: T;
  metres: number | null;
}

/** Nearest first; what has no place, or where nobody knows where we are, keeps its order behind the rest. */
export function byDistance<T>(things: readonly T[], here: Place | null, where: (thing: T) => Place | null): Near<T>[] {
  const measured = things.map((thing) => {
    const there = where(thing);
    return { thing, metres: here === null || there === null ? null : metresBetween(here, there) };
  });
  return measured.sort((a, b) => (a.metres ?? Infinity) - (b.metres ?? Infinity) || 0);
}

/** As a person says it: 120 米 to the ten metres, 1.4 公里 beyond a kilometre. */
export function roundedDistance(metres: number): { unit: "m" | "km"; value: number } {
  if (metres < 995) return { unit: "m", value: Math.max(10, Math.round(metres / 10) * 10) };
  return { unit: "km", value: metres < 9950 ? Math.round(metres / 100) / 10 : Math.round(metres / 1000) };
}
