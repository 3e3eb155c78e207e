/** What the photo parts show: a picture by its address, and how far it has come. Where the picture lies is its owner's matter. */

/** `kept` on this phone · `sending` · `stored` at the server (receipt held) · `missing`: the local file is gone. */
export type PhotoState = "kept" | "sending" | "stored" | "missing";

export interface PhotoTile {
  id: string;
  /** A blob: or signed address; null while it is being read or when it is missing. */
  url: string | null;
  state?: PhotoState;
  /** 0 to 1 while sending. */
  progress?: number;
}

export interface ShownPhoto {
  url: string;
  /** What the picture shows, for those who do not see it. */
  alt: string;
  caption?: string;
  width?: number;
  height?: number;
}

/** How many of the chosen files still fit, in the order they were chosen. */
export function fitting<T>(chosen: readonly T[], have: number, most: number): T[] {
  return chosen.slice(0, Math.max(0, most - have));
}
