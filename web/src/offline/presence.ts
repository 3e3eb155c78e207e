/** A mark outside the database that something is kept here: it tells whether to load the database, and when it was cleared. */

const MARK = "jiayuan_kept";

export interface Mark {
  /** Names the database that the mark was made for. */
  device: string;
  /** How many records had not arrived when the mark was last written. */
  unsent: number;
}

function read(text: string | null | undefined): Mark | null {
  const [device, unsent] = (text ?? "").split(".");
  return device ? { device, unsent: Number(unsent) || 0 } : null;
}

/** The mark stands twice, for browsers clear one without the other. */
export function findMark(): Mark | null {
  const cookie = document.cookie.split("; ").find((each) => each.startsWith(`${MARK}=`));
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(MARK);
  } catch {
    // Storage is forbidden here; the cookie may still be there.
  }
  return read(stored) ?? read(cookie?.slice(MARK.length + 1));
}

export function writeMark(mark: Mark): void {
  const text = `${mark.device}.${mark.unsent}`;
  document.cookie = `${MARK}=${text}; path=/; max-age=34560000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  try {
    localStorage.setItem(MARK, text);
  } catch {
    // As above.
  }
}
