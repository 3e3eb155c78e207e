/** Pictures of cases as addresses: those taken along from the phone, else the server's signed ones. */
import { onScopeDispose, shallowReactive } from "vue";

import { kept } from "@/offline/kept";

import { photoName, type CaseFile } from "./provisions";

type Photo = CaseFile["photos"][number];

export interface KeptPhotos {
  /** Null while it is looked for, and where it is neither on the phone nor within reach. */
  urlOf: (photo: Photo | undefined) => string | null;
  open: (photos: readonly Photo[]) => Promise<void>;
}

/** Addresses made of kept pictures are given back when the page is left. */
export function useKeptPhotos(size: "thumbnail" | "display"): KeptPhotos {
  const urls = shallowReactive(new Map<string, string>());
  const made: string[] = [];
  let isLeft = false;
  onScopeDispose(() => {
    isLeft = true;
    made.forEach((each) => URL.revokeObjectURL(each));
  });

  async function open(photos: readonly Photo[]): Promise<void> {
    for (const photo of photos) {
      // An address of the server's gives way to a later one: it lives for minutes only.
      if (urls.get(photo.photo_id)?.startsWith("blob:")) continue;
      const found = (await kept<Blob>(photoName(photo.photo_id, size))) ?? (navigator.onLine ? null : await kept<Blob>(photoName(photo.photo_id, size === "display" ? "thumbnail" : "display")));
      if (isLeft) return;
      if (found !== null) {
        const url = URL.createObjectURL(found.value);
        made.push(url);
        urls.set(photo.photo_id, url);
      } else if (navigator.onLine) urls.set(photo.photo_id, size === "display" ? photo.display_url : photo.thumbnail_url);
    }
  }

  return { urlOf: (photo) => (photo === undefined ? null : (urls.get(photo.photo_id) ?? null)), open };
}
