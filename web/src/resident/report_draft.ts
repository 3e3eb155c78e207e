/** A resident's report while it is being made: every change is on the phone before the next one is asked for. */
import { computed, onScopeDispose, reactive, ref, shallowRef, type ComputedRef, type Ref } from "vue";

import { Problem } from "@/api/problems";
import { withDatabase } from "@/offline/database";
import { useRecord } from "@/offline/live";
import { addPhoto, readPhoto, removePhoto } from "@/offline/photos";
import type { Contents, KeptRecord, LocalPhoto } from "@/offline/record_types";
import { changeDraft, discardDraft, editHere, getRecord, startDraft, submit as submitRecord } from "@/offline/records";

import type { Whereabouts } from "./whereabouts";

export type ReportContent = Contents["report"];

/** What the page keeps beside what is sent. */
export interface ReportOwn {
  communityName: string;
  place: string;
  categoryName: string;
  isOriginal: boolean;
}

export interface ReportForm {
  community_id: string | null;
  item_code: string | null;
  building: string;
  text: string;
  phone_number: string;
  follows_case_id: string | null;
  position: Whereabouts | null;
}

const EMPTY: ReportForm = { community_id: null, item_code: null, building: "", text: "", phone_number: "", follows_case_id: null, position: null };

/** Photos of the album are as old as their file says; what is younger than this was just taken. */
const JUST_TAKEN_MS = 120_000;

/** The form as it is sent; what was left out stays out. */
export function contentOf(form: ReportForm, observedAt: string): ReportContent {
  return {
    channel: "resident",
    community_id: form.community_id,
    item_code: form.item_code,
    building: form.building.trim(),
    text: form.text,
    phone_number: form.phone_number.trim() === "" ? null : form.phone_number.trim(),
    follows_case_id: form.follows_case_id,
    position: form.position === null ? null : { ...form.position, datum: "wgs84" },
    observed_at: observedAt,
  };
}

export function formOf(content: ReportContent): ReportForm {
  const position = content.position ?? null;
  return {
    community_id: content.community_id ?? null,
    item_code: content.item_code ?? null,
    building: content.building ?? "",
    text: content.text ?? "",
    phone_number: content.phone_number ?? "",
    follows_case_id: content.follows_case_id ?? null,
    position: position === null ? null : { latitude: position.latitude, longitude: position.longitude, accuracy_metres: position.accuracy_metres ?? 0 },
  };
}

/** When a file was taken: now, or when its album says; never later than now. */
export function takenAt(file: File, now: Date): string {
  return new Date(file.lastModified > 0 ? Math.min(file.lastModified, now.getTime()) : now.getTime()).toISOString();
}

export interface ReportDraft {
  id: Ref<string | null>;
  form: ReportForm;
  own: ReportOwn;
  photos: ComputedRef<LocalPhoto[]>;
  busy: Ref<number>;
  /** Something on this phone did not work; never a reason to lose what is typed. */
  trouble: Ref<Problem | null>;
  wasFound: Ref<boolean>;
  begin: (wanted: string | null) => Promise<void>;
  save: () => Promise<void>;
  add: (files: readonly File[]) => Promise<void>;
  remove: (photoId: string) => Promise<void>;
  look: (photo: LocalPhoto) => Promise<string>;
  discard: () => Promise<void>;
  takeOver: () => Promise<void>;
  submit: () => Promise<string | null>;
}

export function useReportDraft(owner: () => string | null, communityId: string | null): ReportDraft {
  const id = ref<string | null>(null);
  const form = reactive<ReportForm>({ ...EMPTY, community_id: communityId });
  const own = reactive<ReportOwn>({ communityName: "", place: "", categoryName: "", isOriginal: false });
  const busy = ref(0);
  const trouble = shallowRef<Problem | null>(null);
  const wasFound = ref(false);
  const { photos } = useRecord<"report">(() => id.value ?? "");
  const shownFiles = new Map<string, string>();
  let observedAt = new Date().toISOString();
  let starting: Promise<string> | null = null;
  let saving: Promise<void> | null = null;
  let isStale = false;
  let troubled: "draft" | "photos" | "whole" = "draft";

  const title = (): string => [own.categoryName, own.communityName].filter((each) => each !== "").join(" · ");

  /** Nothing is begun on the phone before there is anything to keep. */
  function ensure(): Promise<string> {
    if (id.value !== null) return Promise.resolve(id.value);
    starting ??= startDraft("report", contentOf(form, observedAt), { owner: owner(), title: title(), subject: form.community_id ?? "", own: { ...own } })
      .then((record) => (id.value = record.id))
      .finally(() => (starting = null));
    return starting;
  }

  /** What went wrong with a photo stays told while words are saved: it is not there, and only the person can take it again. */
  async function guarded(work: () => Promise<void>, about: "draft" | "photos" | "whole" = "draft"): Promise<boolean> {
    try {
      await work();
      if (about === "whole" || troubled === about) trouble.value = null;
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      trouble.value = error;
      troubled = about;
      return false;
    }
  }

  /** Changes made while one is being written are written together after it. */
  async function save(): Promise<void> {
    isStale = true;
    saving ??= (async () => {
      await guarded(async () => {
        while (isStale) {
          isStale = false;
          const draftId = await ensure();
          await changeDraft<"report">(draftId, {
            content: (kept) => ({ ...kept, ...contentOf(form, kept.observed_at ?? observedAt) }),
            own: { ...own },
            title: title(),
            subject: form.community_id ?? "",
          });
        }
      });
    })().finally(() => (saving = null));
    await saving;
  }

  /** The draft asked for, else the one begun here and not sent; else none yet. */
  async function begin(wanted: string | null): Promise<void> {
    const found = wanted === null ? await findDraft(communityId) : await getRecord<"report">(wanted);
    if (found === undefined || found.kind !== "report" || found.state !== "draft") return;
    id.value = found.id;
    observedAt = found.content.observed_at ?? observedAt;
    Object.assign(form, formOf(found.content));
    Object.assign(own, found.own as Partial<ReportOwn>);
    wasFound.value = true;
  }

  async function add(files: readonly File[]): Promise<void> {
    busy.value += files.length;
    await guarded(async () => {
      const draftId = await ensure();
      const kept = await Promise.allSettled(
        files.map((file) => {
          const now = new Date();
          const isJustTaken = now.getTime() - file.lastModified < JUST_TAKEN_MS;
          const facts = { takenAt: takenAt(file, now), position: isJustTaken && form.position ? { ...form.position } : null, isOriginal: own.isOriginal };
          return addPhoto(draftId, file, facts).finally(() => (busy.value -= 1));
        }),
      );
      const failed = kept.find((each) => each.status === "rejected");
      if (failed?.status === "rejected") throw failed.reason;
    }, "photos");
    // Where not even the draft could be begun, no file was taken.
    if (id.value === null) busy.value = 0;
  }

  async function remove(photoId: string): Promise<void> {
    await guarded(() => removePhoto(photoId), "photos");
  }

  async function look(photo: LocalPhoto): Promise<string> {
    const before = shownFiles.get(photo.id);
    if (before !== undefined) return before;
    const bytes = await readPhoto(photo.id);
    if (bytes === null) return photo.thumbnailUrl;
    const url = URL.createObjectURL(bytes);
    shownFiles.set(photo.id, url);
    return url;
  }

  async function discard(): Promise<void> {
    const old = id.value;
    await guarded(async () => {
      if (old !== null) await discardDraft(old);
      id.value = null;
      observedAt = new Date().toISOString();
      Object.assign(form, { ...EMPTY, community_id: communityId });
      Object.assign(own, { categoryName: "", isOriginal: false });
      wasFound.value = false;
    }, "whole");
  }

  async function takeOver(): Promise<void> {
    const draftId = id.value;
    if (draftId === null) return;
    await guarded(async () => {
      await editHere(draftId);
      await begin(draftId);
    }, "whole");
  }

  async function submit(): Promise<string | null> {
    // An earlier refusal, such as a photo that found no room, says nothing about what is there.
    trouble.value = null;
    await save();
    const draftId = id.value;
    if (draftId === null || trouble.value !== null) return null;
    return (await guarded(() => submitRecord(draftId))) ? draftId : null;
  }

  onScopeDispose(() => {
    for (const url of shownFiles.values()) URL.revokeObjectURL(url);
  });

  return { id, form, own, photos: computed(() => photos.value), busy, trouble, wasFound, begin, save, add, remove, look, discard, takeOver, submit };
}

async function findDraft(communityId: string | null): Promise<KeptRecord<"report"> | undefined> {
  const drafts = await withDatabase((db) => db.records.where("state").equals("draft").toArray());
  return drafts
    .filter((each): each is KeptRecord<"report"> => each.kind === "report" && each.subject === (communityId ?? ""))
    .sort((a, b) => b.changedAt.localeCompare(a.changedAt))[0];
}
