/** The handler's cases and files: read from the server, kept on the phone so that a cellar without network shows them as well. */
import { answer, api, type Schemas } from "@/api/client";
import { Problem } from "@/api/problems";
import { useSession } from "@/app/session";
import { forgetKept, keep, kept, keptKeys } from "@/offline/kept";

import { AT_HAND, type CaseLine } from "./by_deadline";

export type CaseFile = Schemas["Case"];

/** What was read, and when it was if it comes from the phone and not from the server just now. */
export interface Read<T> {
  value: T;
  savedAt: string | null;
}

const LIST = "handler.cases.";
const FILE = "handler.case.";
const PICTURE = "handler.picture.";
const PAGE = 100;
const MOST_PAGES = 10;
const MOST_TAKEN_ALONG = 40;

const accountId = (): string | null => useSession().account?.id ?? null;

/** Ask the server; where none answers, what was kept last; where nothing was, the problem. */
async function readOrKept<T>(key: string, ask: () => Promise<T>): Promise<Read<T>> {
  const readBy = accountId();
  try {
    const value = await ask();
    void keep(key, value, readBy);
    return { value, savedAt: null };
  } catch (error) {
    if (!(error instanceof Problem) || !(error.isTemporary || error.isSignInNeeded)) throw error;
    const found = await kept<T>(key);
    if (found === null) throw error;
    return { value: found.value, savedAt: found.savedAt };
  }
}

export function readCasesAtHand(account: string): Promise<Read<CaseLine[]>> {
  return readOrKept(LIST + account, () => readAll([...AT_HAND]));
}

/** The last closed ones: what became of one's work. */
export async function readClosedCases(): Promise<CaseLine[]> {
  return (await answer(api.GET("/api/v1/cases", { params: { query: { state: ["closed", "force_closed"], limit: 50 } } }))).items;
}

async function readAll(state: CaseLine["state"][]): Promise<CaseLine[]> {
  const lines: CaseLine[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const found = await answer(api.GET("/api/v1/cases", { params: { query: { state, limit: PAGE, ...(cursor ? { cursor } : {}) } } }));
    lines.push(...found.items);
    if (found.next_cursor === null) return lines;
    cursor = found.next_cursor;
  }
  return lines;
}

export function readCaseFile(caseId: string): Promise<Read<CaseFile>> {
  return readOrKept(FILE + caseId, () => answer(api.GET("/api/v1/cases/{case_id}", { params: { path: { case_id: caseId } } })));
}

/** A photo's picture that was taken along; null where it was not. */
export async function keptPicture(photoId: string): Promise<Blob | null> {
  return (await kept<Blob>(PICTURE + photoId))?.value ?? null;
}

/** A photo's picture as a local address: the kept copy, or read and kept now; null where it cannot be had. */
export async function readPicture(photoId: string, displayUrl: string): Promise<Blob | null> {
  const readBy = accountId();
  const found = await keptPicture(photoId);
  if (found !== null) return found;
  try {
    const response = await fetch(displayUrl);
    if (!response.ok || !(response.headers.get("Content-Type") ?? "").startsWith("image/")) return null;
    const picture = await response.blob();
    await keep(PICTURE + photoId, picture, readBy);
    return picture;
  } catch {
    return null;
  }
}

/** The photo that shows the problem: what the after-photo is framed against. */
export function beforePhoto(file: CaseFile): CaseFile["photos"][number] | undefined {
  return file.photos.find((each) => each.kind !== "after");
}

export function afterPhoto(file: CaseFile): CaseFile["photos"][number] | undefined {
  return file.photos.findLast((each) => each.kind === "after");
}

/** Take the files and before-photos of what is still to be done along, the most urgent first; forget those of what is over. */
export async function takeAlong(lines: readonly CaseLine[]): Promise<void> {
  const wanted = lines.filter((each) => each.state === "dispatched" || each.state === "handling").slice(0, MOST_TAKEN_ALONG);
  const pictures = new Set<string>();
  for (const line of wanted) {
    const had = await kept<CaseFile>(FILE + line.id);
    const file = had?.value.revision === line.revision ? had.value : (await readCaseFile(line.id)).value;
    const photo = beforePhoto(file);
    if (photo) {
      pictures.add(photo.photo_id);
      await readPicture(photo.photo_id, photo.display_url);
    }
  }
  const ids = new Set(lines.map((each) => each.id));
  const isOver = [
    ...(await keptKeys(FILE)).filter((each) => !ids.has(each.slice(FILE.length))),
    ...(await keptKeys(PICTURE)).filter((each) => !pictures.has(each.slice(PICTURE.length))),
  ];
  await forgetKept(isOver);
}
