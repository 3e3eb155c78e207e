/** Photos that a dispatcher has released to the public, as the pages show them. */
import { isPast } from "@/parts/fresh_pictures";
import type { ShownPhoto } from "@/parts/photo_tiles";

export interface ReleasedPhoto {
  url: string;
  /** For lists. */
  small: string;
  is_after: boolean;
}

interface Told {
  url: string;
  thumbnail_url: string;
  is_after: boolean;
}

export function releasedPhotos(told: readonly Told[]): ReleasedPhoto[] {
  return told.map((each) => ({ url: each.url, small: each.thumbnail_url, is_after: each.is_after }));
}

/** Photos of a page that was kept: an address that has passed its time is empty, until the page has been read anew. */
export function withoutPast<P extends { url: string; thumbnail_url: string }>(photos: readonly P[], now: number): P[] {
  const current = (address: string): string => (isPast(address, now) ? "" : address);
  return photos.map((each) => ({ ...each, url: current(each.url), thumbnail_url: current(each.thumbnail_url) }));
}

/** For the full-screen view: each with what it shows. */
export function asShown(photos: readonly ReleasedPhoto[], name: string, words: { before: string; after: string }): ShownPhoto[] {
  return photos.map((each) => {
    const caption = each.is_after ? words.after : words.before;
    return { url: each.url, alt: `${name} · ${caption}`, caption };
  });
}
