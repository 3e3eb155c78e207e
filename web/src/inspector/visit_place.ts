/** Where in a visit one was, and how long it has been worked on: written at once, so that a killed tab opens exactly there again. */

export interface VisitPlace {
  /** The item at the top of the screen. */
  item: string | null;
  /** How far below the bars its upper edge stood, in pixels. */
  offset: number;
  seconds: number;
}

const START: VisitPlace = { item: null, offset: 0, seconds: 0 };
const nameOf = (id: string) => `jiayuan.visit.${id}`;

export function findPlace(id: string): VisitPlace {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(nameOf(id)) ?? "null");
    return typeof found === "object" && found !== null ? { ...START, ...(found as Partial<VisitPlace>) } : START;
  } catch {
    return START;
  }
}

/** Losing this loses no work: a full or forbidden storage is passed over. */
export function keepPlace(id: string, place: VisitPlace): void {
  try {
    localStorage.setItem(nameOf(id), JSON.stringify(place));
  } catch {
    // The answers stand in the database.
  }
}

export function forgetPlace(id: string): void {
  localStorage.removeItem(nameOf(id));
}
