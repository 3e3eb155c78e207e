/** A visit while it is being made: every tap is stored at once, one after another; the last ones can be taken back. */
import { computed, onScopeDispose, ref, shallowReactive, shallowRef, type ComputedRef, type Ref } from "vue";

import { Problem } from "@/api/problems";
import { useSession } from "@/app/session";
import { kept } from "@/offline/kept";
import { addPhoto, removePhoto } from "@/offline/photos";
import type { KeptProblem, KeptRecord, LocalPhoto } from "@/offline/record_types";
import { changeDraft, editHere, getRecord, leaveDraft, photosOf } from "@/offline/records";

import { changedItems, noteParts, noteWith } from "./correction";
import { sheetName } from "./provisions";
import { itemsOf, type Sheet, type SheetItem } from "./sheet";
import { sheetFor } from "./take_along";
import { allMissing, answersOf, itemOfField, progressOf, withResult, type Answer, type Missing, type PhotoCount, type Progress, type Result, type Visit } from "./visit";

export type VisitRecord = KeptRecord<"inspection">;
export type Saving = "saved" | "saving" | "failed";
export type Opening = "opening" | "open" | "gone" | "no_sheet" | "elsewhere" | "fixed";

const TYPING_MS = 400;
const MOST_UNDO = 50;
const HOLD_TRIES = 5;
const HOLD_AGAIN_MS = 150;

/** Pages of this tab that have a visit open: going from one to the next does not let go of it in between. */
const openPages = new Map<string, number>();
/** The last writing of each visit: whoever opens it next reads what was tapped a moment ago, not what was before. */
const writings = new Map<string, Promise<void>>();

interface Undo {
  code: string;
  before: Answer | undefined;
}

export interface VisitDraft {
  opening: Ref<Opening>;
  record: Ref<VisitRecord | null>;
  sheet: Ref<Sheet | null>;
  answers: ReadonlyMap<string, Answer>;
  photos: ComputedRef<ReadonlyMap<string, readonly LocalPhoto[]>>;
  photosHere: PhotoCount;
  busy: ReadonlyMap<string, number>;
  saving: Ref<Saving>;
  problem: Ref<Problem | null>;
  refusals: ComputedRef<ReadonlyMap<string, readonly string[]>>;
  generalRefusal: ComputedRef<KeptProblem | null>;
  progress: ComputedRef<Progress>;
  missing: ComputedRef<readonly Missing[]>;
  lastBuilding: Ref<string>;
  canUndo: ComputedRef<boolean>;
  undoes: ComputedRef<SheetItem | null>;
  note: Ref<string>;
  /** The visit corrects a submitted one: why, and which of its items are another now. */
  isCorrection: ComputedRef<boolean>;
  reason: Ref<string>;
  changed: ComputedRef<readonly string[]>;
  /** Whether anything but the reason is another than before. */
  hasChanged: ComputedRef<boolean>;
  /** Small pictures of photos at the server that answers name, by their ids. */
  pictures: ComputedRef<Readonly<Record<string, string>>>;
  writeReason: (text: string) => void;
  choose: (item: SheetItem, result: Result) => void;
  change: (item: SheetItem, change: Partial<Answer>) => void;
  undo: () => SheetItem | null;
  writeNote: (text: string) => void;
  add: (item: SheetItem, files: readonly File[]) => Promise<void>;
  remove: (photoId: string) => Promise<void>;
  retry: () => Promise<void>;
  flush: () => Promise<void>;
  takeOver: () => Promise<void>;
  /** What the phone's keeping noted of the record meanwhile, such as photos that are gone. */
  reread: () => Promise<void>;
  withoutPositions: () => void;
}

/** Open a visit by its id; `positionNow` tells where one stands, where that is known. */
export function useVisitDraft(id: string, positionNow: () => Answer["position"]): VisitDraft {
  const opening = ref<Opening>("opening");
  const record = shallowRef<VisitRecord | null>(null);
  const sheet = shallowRef<Sheet | null>(null);
  const answers = shallowReactive(new Map<string, Answer>());
  const local = shallowRef<readonly LocalPhoto[]>([]);
  const busy = shallowReactive(new Map<string, number>());
  const saving = ref<Saving>("saved");
  const problem = shallowRef<Problem | null>(null);
  const note = ref("");
  const reason = ref("");
  const isCorrection = computed(() => record.value?.content.supersedes != null);
  const prefix = (): string => String(record.value?.own["notePrefix"] ?? "");
  const before = computed(() => (record.value?.own["before"] ?? { answers: [], note: "" }) as { answers: Answer[]; note: string });
  const lastBuilding = ref("");
  const undos = shallowRef<readonly Undo[]>([]);
  /** Answers changed since the server refused: what it said of them no longer holds. */
  const touched = shallowReactive(new Set<string>());

  openPages.set(id, (openPages.get(id) ?? 0) + 1);
  void open();
  onScopeDispose(() => {
    window.clearTimeout(timer);
    openPages.set(id, (openPages.get(id) ?? 1) - 1);
    void flush().then(() => {
      if (openPages.get(id) === 0) return leaveDraft(id);
    });
  });

  async function open(): Promise<void> {
    await writings.get(id);
    const found = await getRecord<"inspection">(id);
    // Another account's visit is nobody else's to look at, whoever knows its address.
    if (found === undefined || (found.owner !== null && found.owner !== (useSession().account?.id ?? null))) {
      opening.value = "gone";
      return;
    }
    const visit = found.content as Visit;
    record.value = found;
    note.value = visit.note;
    if (isCorrection.value) ({ reason: reason.value, words: note.value } = noteParts(prefix(), visit.note));
    for (const [code, answer] of answersOf(visit)) answers.set(code, answer);
    local.value = await photosOf(id);
    sheet.value = await findSheet(found);
    if (sheet.value === null) opening.value = "no_sheet";
    else if (found.state !== "draft") opening.value = "fixed";
    else opening.value = await hold();
  }

  /**
   * Editing here is refused where another tab has the draft: asked by a change that changes nothing. A page of this tab
   * that was left a moment ago may still be letting go.
   */
  async function hold(): Promise<Opening> {
    for (let tries = 0; ; tries += 1) {
      try {
        await changeDraft(id, (content) => content);
        return "open";
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (error.code === "not_a_draft") return "fixed";
        if (error.code === "record_gone") return "gone";
        if (error.code !== "edited_elsewhere") throw error;
        if (tries === HOLD_TRIES) return "elsewhere";
        await new Promise((resolve) => setTimeout(resolve, HOLD_AGAIN_MS));
      }
    }
  }

  async function takeOver(): Promise<void> {
    await editHere(id);
    undos.value = [];
    answers.clear();
    await open();
  }

  let timer = 0;
  let isDirty = false;
  let running: Promise<void> = Promise.resolve();

  function save(delayMs = 0): void {
    isDirty = true;
    saving.value = "saving";
    window.clearTimeout(timer);
    if (delayMs > 0) timer = window.setTimeout(() => void flush(), delayMs);
    else void flush();
  }

  function flush(): Promise<void> {
    window.clearTimeout(timer);
    running = running.then(write);
    writings.set(id, running);
    return running;
  }

  async function write(): Promise<void> {
    if (!isDirty) return;
    isDirty = false;
    const now = [...answers.values()];
    const words = isCorrection.value ? noteWith(prefix(), reason.value, note.value) : note.value;
    try {
      await changeDraft<"inspection">(id, (content) => ({ ...content, answers: now, note: words }));
      problem.value = null;
      if (!isDirty) saving.value = "saved";
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      isDirty = true;
      saving.value = "failed";
      problem.value = error;
      if (error.code === "edited_elsewhere") opening.value = "elsewhere";
      if (error.code === "not_a_draft") opening.value = "fixed";
    }
  }

  function set(code: string, answer: Answer | undefined): void {
    if (answer === undefined) answers.delete(code);
    else answers.set(code, answer);
    touched.add(code);
  }

  const earlier = computed(() => new Map(before.value.answers.map((each) => [each.item_code, each])));

  function choose(item: SheetItem, result: Result): void {
    const before = answers.get(item.code);
    undos.value = [...undos.value, { code: item.code, before }].slice(-MOST_UNDO);
    const changed = withResult(before, item, result, new Date(), positionNow());
    // A correction says what was there then: when and where it was seen does not change with it.
    const was = earlier.value.get(item.code);
    set(item.code, was === undefined ? changed : { ...changed, observed_at: was.observed_at, position: was.position });
    save();
  }

  function change(item: SheetItem, change: Partial<Answer>): void {
    const before = answers.get(item.code);
    if (before === undefined) return;
    if (change.building) lastBuilding.value = change.building;
    set(item.code, { ...before, ...change });
    save(change.occurrences === undefined ? TYPING_MS : 0);
  }

  function undo(): SheetItem | null {
    const last = undos.value.at(-1);
    if (last === undefined || sheet.value === null) return null;
    undos.value = undos.value.slice(0, -1);
    // Photos belong to an answer; one that has some keeps it.
    const hasPhotos = local.value.some((each) => each.slot === slotOf(last.code));
    if (last.before !== undefined || !hasPhotos) set(last.code, last.before);
    save();
    return itemsOf(sheet.value).find((each) => each.code === last.code) ?? null;
  }

  function writeNote(text: string): void {
    note.value = text;
    save(TYPING_MS);
  }

  async function add(item: SheetItem, files: readonly File[]): Promise<void> {
    busy.set(item.code, (busy.get(item.code) ?? 0) + files.length);
    const position = positionNow();
    try {
      for (const file of files) {
        await addPhoto(id, file, { slot: slotOf(item.code), takenAt: new Date().toISOString(), position });
        local.value = await photosOf(id);
        busy.set(item.code, (busy.get(item.code) ?? 1) - 1);
        touched.add(item.code);
      }
      problem.value = null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem.value = error;
    } finally {
      busy.delete(item.code);
    }
  }

  function writeReason(text: string): void {
    reason.value = text;
    save(TYPING_MS);
  }

  async function remove(photoId: string): Promise<void> {
    const named = [...answers.values()].find((each) => each.photo_ids.includes(photoId));
    if (named !== undefined) {
      // At the server it stays with the visit as it was; this one no longer names it.
      set(named.item_code, { ...named, photo_ids: named.photo_ids.filter((each) => each !== photoId) });
      return save();
    }
    const code = local.value.find((each) => each.id === photoId)?.slot.slice("answers.".length);
    await removePhoto(photoId);
    if (code !== undefined) touched.add(code);
    local.value = await photosOf(id);
  }

  /** The server found the positions too far away: what was seen is sent without them. */
  function withoutPositions(): void {
    for (const [code, answer] of answers) if (answer.position !== null) set(code, { ...answer, position: null });
    save();
  }

  const photos = computed(() => {
    const found = new Map<string, LocalPhoto[]>();
    for (const each of local.value) {
      const code = each.slot.slice("answers.".length);
      const there = found.get(code);
      if (there === undefined) found.set(code, [each]);
      else there.push(each);
    }
    return found;
  });

  /** Those whose files are gone prove nothing. */
  const photosHere: PhotoCount = (code) => (photos.value.get(code) ?? []).filter((each) => record.value?.damagedPhotoIds.includes(each.id) !== true).length;

  const changed = computed(() => (isCorrection.value ? changedItems(before.value.answers, answers, (code) => photos.value.has(code)) : []));

  const refusals = computed(() => {
    const found = new Map<string, string[]>();
    const add = (code: string | null, detail: string): void => {
      if (code !== null && !touched.has(code)) found.set(code, [...(found.get(code) ?? []), detail]);
    };
    const refused = record.value?.problem;
    for (const each of refused?.errors ?? []) add(itemOfField(each.field), each.detail);
    if (refused?.photoId) add(itemOfPhoto(refused.photoId, local.value), refused.detail);
    return found;
  });

  return {
    opening,
    record,
    sheet,
    answers,
    photos,
    photosHere,
    busy,
    saving,
    problem,
    refusals,
    generalRefusal: computed(() => record.value?.problem ?? null),
    progress: computed(() => (sheet.value === null ? { answered: 0, total: 0, failed: 0 } : progressOf(itemsOf(sheet.value), answers))),
    missing: computed(() => (sheet.value === null ? [] : allMissing(sheet.value, answers, photosHere))),
    lastBuilding,
    canUndo: computed(() => undos.value.length > 0),
    undoes: computed(() => {
      const code = undos.value.at(-1)?.code;
      return code === undefined || sheet.value === null ? null : (itemsOf(sheet.value).find((each) => each.code === code) ?? null);
    }),
    note,
    isCorrection,
    reason,
    changed,
    hasChanged: computed(() => changed.value.length > 0 || note.value !== before.value.note),
    pictures: computed(() => (record.value?.own["pictures"] ?? {}) as Record<string, string>),
    writeReason,
    choose,
    change,
    undo,
    writeNote,
    add,
    remove,
    retry: () => {
      isDirty = true;
      return flush();
    },
    flush,
    takeOver,
    reread: async () => {
      record.value = (await getRecord<"inspection">(id)) ?? null;
    },
    withoutPositions,
  };
}

export const slotOf = (code: string) => `answers.${code}`;

export function itemOfPhoto(photoId: string, photos: readonly LocalPhoto[]): string | null {
  return photos.find((each) => each.id === photoId)?.slot.slice("answers.".length) ?? null;
}

async function findSheet(record: VisitRecord): Promise<Sheet | null> {
  const { community_id: communityId, checklist_version_id: versionId } = record.content;
  if (communityId === undefined || versionId === undefined) return null;
  const there = await kept<Sheet>(sheetName(versionId, communityId));
  if (there !== null) return there.value;
  const version = record.own["version"] as Parameters<typeof sheetFor>[0] | undefined;
  return version === undefined ? null : sheetFor(version, communityId);
}
