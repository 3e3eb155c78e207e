/** Taking the work along: rounds, communities, worksheets, cases and their photos, kept on the phone for days without a network. */
import { ref, shallowRef } from "vue";

import { answer, api, type Schemas } from "@/api/client";
import { Problem } from "@/api/problems";
import { useSession } from "@/app/session";
import { withDatabase } from "@/offline/database";
import { forgetKept, keep, kept, keptKeys } from "@/offline/kept";

import { currentRounds, mine, NOTHING, offersOf, openChecks, pairOf, photoName, PHOTOS, provisionsName, scoreName, sheetName, SHEETS, sheetsNeeded, type CaseFile, type CommunityAlong, type Provisions, type Round, type SheetUse } from "./provisions";
import { makeSheet, type Sheet } from "./sheet";
import type { Told } from "./told";

/** A slow server is asked for few things at a time. */
const AT_ONCE = 4;
/** Beyond these a phone is not filled: the nearest pages of a list are what one comes to. */
const MOST_CASES = 120;
const MOST_WHOLE_PHOTOS = 60;
const SHEET_FRESH_MS = 6 * 3_600_000;

export const provisions = shallowRef<Provisions>(NOTHING);
export const takenAt = ref<Date | null>(null);
/** How much of the present taking-along is done; null while none is under way. */
export const taking = ref<{ done: number; total: number } | null>(null);
export const takingProblem = ref<Problem | null>(null);

let owner: string | null = null;
let running: Promise<void> | null = null;

/** Show what lies on the phone; then, where there is a network, fetch it anew. */
export async function openProvisions(accountId: string): Promise<void> {
  if (owner !== accountId) {
    owner = accountId;
    const found = await kept<Provisions>(provisionsName(accountId));
    provisions.value = found?.value ?? NOTHING;
    takenAt.value = found === null ? null : new Date(found.savedAt);
  }
}

/** One at a time; whoever asks meanwhile waits for that one. */
export function takeAlong(accountId: string): Promise<void> {
  running ??= take(accountId).finally(() => {
    running = null;
    taking.value = null;
  });
  return running;
}

async function take(accountId: string): Promise<void> {
  await openProvisions(accountId);
  takingProblem.value = null;
  taking.value = { done: 0, total: 1 };
  try {
    const rounds = currentRounds(await myRounds(), new Date());
    show({ rounds });
    const lines = await listedCases();
    const files: CaseFile[] = [];
    const steps = [...stepsOfRounds(accountId, rounds), ...lines.map((line, place) => async () => void (files[place] = await caseFile(line)))];
    taking.value = { done: 0, total: steps.length };
    await inTurns(steps, async (step) => {
      await step();
      if (taking.value !== null) taking.value = { ...taking.value, done: taking.value.done + 1 };
    });
    const open = openChecks(files);
    show({ cases: open, checklists: await checklists(), ...(await categories()) });
    await takeCommunitiesOf(open);
    const pictures = await takePhotos(open);
    await forgetUnneeded(pictures, await visitsHere(accountId));
    takenAt.value = new Date();
    await keep(provisionsName(accountId), provisions.value, accountId);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    takingProblem.value = error;
  }
}

function show(change: Partial<Provisions>): void {
  provisions.value = { ...provisions.value, ...change };
}

async function inTurns<T>(things: readonly T[], work: (thing: T) => Promise<void>): Promise<void> {
  const queue = [...things];
  const turn = async (): Promise<void> => {
    for (let thing = queue.shift(); thing !== undefined; thing = queue.shift()) await work(thing);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, turn));
}

type Step = () => Promise<void>;

/** Communities, the worksheets still to be worked through, the scores of what is done. */
function stepsOfRounds(accountId: string, rounds: readonly Round[]): Step[] {
  const visits = rounds.flatMap((round) => mine(round, accountId).map((assignment) => ({ version: round.checklist_version, assignment })));
  const communityIds = [...new Set(visits.map((each) => each.assignment.community.id))];
  const found = new Map(provisions.value.communities.filter((each) => communityIds.includes(each.id)).map((each) => [each.id, each]));
  const scores: Record<string, number> = {};
  return [
    ...communityIds.map((id) => async () => {
      found.set(id, await community(id));
      show({ communities: [...found.values()] });
    }),
    ...visits.map(({ version, assignment }) => async () => {
      const id = assignment.community.id;
      if (assignment.inspection_id === null) return void (await fetchSheet(version, id, SHEET_FRESH_MS));
      const score = await scoreOf(id, version.checklist_code);
      if (score !== null) scores[scoreName(id, version.checklist_code)] = score;
      show({ scores: { ...scores } });
    }),
  ];
}

async function myRounds(): Promise<Round[]> {
  const lines: Told<Schemas["Round"]>[] = [];
  let cursor: string | undefined;
  do {
    const page = (await answer(api.GET("/api/v1/rounds", { params: { query: { is_mine: true, limit: 50, ...(cursor === undefined ? {} : { cursor }) } } }))) as Told<Schemas["RoundPage"]>;
    lines.push(...(page.items as Told<Schemas["Round"]>[]));
    cursor = page.next_cursor ?? undefined;
    // The latest start comes first: a page that is all over ends the search.
  } while (cursor !== undefined && lines.length < 200);
  const wanted = currentRounds(lines as unknown as Round[], new Date());
  const rounds: Round[] = [];
  await inTurns(wanted, async (line) => void rounds.push((await answer(api.GET("/api/v1/rounds/{round_id}", { params: { path: { round_id: line.id } } }))) as Round));
  return rounds;
}

async function community(id: string): Promise<CommunityAlong> {
  const found = await answer(api.GET("/api/v1/communities/{community_id}", { params: { path: { community_id: id } } }));
  return alongOf(found);
}

export function alongOf(found: Schemas["CommunityDetail"]): CommunityAlong {
  return {
    id: found.id,
    name: found.name,
    address: found.address,
    areaCode: found.area.code,
    areaName: found.area.name,
    latitude: found.latitude,
    longitude: found.longitude,
    buildings: found.buildings.map((each) => each.name),
  };
}

/** The sheet of one community, as kept or fetched; null where there is neither it nor a network. */
export async function sheetFor(version: { id: string; checklist_code: string; number: number }, communityId: string): Promise<Sheet | null> {
  try {
    return await fetchSheet(version, communityId, SHEET_FRESH_MS);
  } catch (error) {
    if (!(error instanceof Problem && error.isTemporary)) throw error;
    return (await kept<Sheet>(sheetName(version.id, communityId)))?.value ?? null;
  }
}

async function fetchSheet(version: { id: string; checklist_code: string; number: number }, communityId: string, freshMs: number): Promise<Sheet> {
  const name = sheetName(version.id, communityId);
  const readBy = useSession().account?.id ?? null;
  const before = await kept<Sheet>(name);
  if (before !== null && Date.now() - new Date(before.savedAt).getTime() < freshMs) return before.value;
  const [worksheet, document] = await Promise.all([
    answer(api.GET("/api/v1/inspections/worksheet", { params: { query: { community_id: communityId, checklist_version_id: version.id } } })),
    versionDocument(version.checklist_code, version.number),
  ]);
  const sheet = makeSheet(worksheet as Told<Schemas["Worksheet"]>, document);
  await keep(name, sheet, readBy);
  return sheet;
}

const versions = new Map<string, Promise<Schemas["ChecklistVersion"]>>();

/** A published version never changes: asked for once. */
function versionDocument(code: string, number: number): Promise<Schemas["ChecklistVersion"]> {
  const name = `${code}/${number}`;
  let asked = versions.get(name);
  if (asked === undefined) {
    asked = answer(api.GET("/api/v1/checklists/{code}/versions/{number}", { params: { path: { code, number } } }));
    versions.set(name, asked);
    asked.catch(() => versions.delete(name));
  }
  return asked;
}

async function checklists(): Promise<Provisions["checklists"]> {
  const page = await answer(api.GET("/api/v1/checklists", { params: { query: { limit: 100 } } }));
  return page.items.flatMap((each) => (each.in_force === null ? [] : [{ code: each.code, versionId: each.in_force.id, number: each.in_force.number, name: each.name, itemCount: each.item_count }]));
}

/** What may be reported, by tile. */
async function categories(): Promise<Pick<Provisions, "groups" | "categories">> {
  const groups = await answer(api.GET("/api/v1/items/groups"));
  const found: Schemas["ChecklistItem"][] = [];
  let cursor: string | undefined;
  do {
    const page: Schemas["ItemPage"] = await answer(api.GET("/api/v1/items", { params: { query: { for_residents: true, limit: 100, ...(cursor === undefined ? {} : { cursor }) } } }));
    found.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return {
    groups: [...groups.items].sort((a, b) => a.tile_order - b.tile_order).map((each) => ({ code: each.code, name: each.tile })),
    categories: found.map((each) => ({ code: each.code, group: each.group, name: each.tile ?? each.criterion })),
  };
}

/** Cases say how far they are by their community where they have no place of their own. */
async function takeCommunitiesOf(files: readonly CaseFile[]): Promise<void> {
  const there = new Set(provisions.value.communities.map((each) => each.id));
  const wanted = [...new Set(files.map((each) => each.community.id))].filter((each) => !there.has(each));
  await inTurns(wanted, async (id) => show({ communities: [...provisions.value.communities, await community(id)] }));
}

async function scoreOf(communityId: string, checklist: string): Promise<number | null> {
  const found = await answer(api.GET("/api/v1/communities/{community_id}/compliance", { params: { path: { community_id: communityId }, query: { checklist } } }));
  return found.standing?.score ?? null;
}

async function listedCases(): Promise<Schemas["CaseLine"][]> {
  const lines: Schemas["CaseLine"][] = [];
  let cursor: string | undefined;
  do {
    const page: Schemas["CasePage"] = await answer(
      api.GET("/api/v1/cases", { params: { query: { state: ["handled", "verifying"], limit: 50, ...(cursor === undefined ? {} : { cursor }) } } }),
    );
    lines.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && lines.length < MOST_CASES);
  return lines;
}

/** The file of a case: what is kept, while nothing has happened to it since. */
async function caseFile(line: Schemas["CaseLine"]): Promise<CaseFile> {
  const before = provisions.value.cases.find((each) => each.id === line.id);
  if (before?.revision === line.revision && (await hasPhotos(before))) return before;
  return answer(api.GET("/api/v1/cases/{case_id}", { params: { path: { case_id: line.id } } }));
}

async function hasPhotos(file: CaseFile): Promise<boolean> {
  const there = await Promise.all(file.photos.map((each) => kept<Blob>(photoName(each.photo_id, "thumbnail"))));
  return there.every((each) => each !== null);
}

/** The pictures of cases: small ones of all, whole ones of what a check compares. */
async function takePhotos(files: readonly CaseFile[]): Promise<ReadonlySet<string>> {
  const wanted = new Map<string, string>();
  for (const file of files) for (const photo of file.photos) wanted.set(photoName(photo.photo_id, "thumbnail"), photo.thumbnail_url);
  let whole = 0;
  for (const file of files) {
    const { before, after } = pairOf(file);
    for (const photo of [...before.slice(0, 1), ...after]) {
      if (whole++ < MOST_WHOLE_PHOTOS) wanted.set(photoName(photo.photo_id, "display"), photo.display_url);
    }
  }
  await inTurns([...wanted], ([name, address]) => takePhoto(name, address));
  return new Set(wanted.keys());
}

/** Worksheets whose round is over and that no visit on this phone rests on, and pictures of cases that are not to be checked any more. */
async function forgetUnneeded(pictures: ReadonlySet<string>, visits: readonly SheetUse[]): Promise<void> {
  const sheets = sheetsNeeded(provisions.value.rounds, visits);
  await forgetKept([...(await keptKeys(SHEETS)).filter((each) => !sheets.has(each)), ...(await keptKeys(PHOTOS)).filter((each) => !pictures.has(each))]);
}

async function visitsHere(accountId: string): Promise<SheetUse[]> {
  const records = await withDatabase((db) => db.records.filter((each) => each.kind === "inspection" && each.owner === accountId).toArray());
  return records.map((each) => each.content as SheetUse);
}

async function takePhoto(name: string, address: string): Promise<void> {
  if ((await kept<Blob>(name)) !== null) return;
  const readBy = useSession().account?.id ?? null;
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    throw Problem.unreachable(error);
  }
  // One picture that is gone (past its retention) does not keep the rest from coming along.
  if (response.ok && (response.headers.get("Content-Type") ?? "").startsWith("image/")) await keep(name, await response.blob(), readBy);
}

/** A case as the server just told it: kept, and out of the list once there is nothing to check any more. */
export async function updateCase(accountId: string, file: CaseFile): Promise<void> {
  const others = provisions.value.cases.filter((each) => each.id !== file.id);
  const place = provisions.value.cases.findIndex((each) => each.id === file.id);
  if (place < 0 && offersOf(file).length === 0) return;
  const cases = [...others];
  if (offersOf(file).length > 0) cases.splice(Math.max(0, place), 0, file);
  show({ cases });
  await keep(provisionsName(accountId), provisions.value, accountId);
}
