/** A verdict on a case while it is being made: every tap, word and photo is on the phone before the next one is asked for. */
import { computed, onBeforeUnmount, onMounted, ref, shallowReactive, watch, type ComputedRef, type Ref } from "vue";

import { useProblemText } from "@/app/problem_text";
import { usePhotos, useRecords } from "@/offline/live";
import { addPhoto, removePhoto } from "@/offline/photos";
import type { KeptRecord, LocalPhoto } from "@/offline/record_types";
import { changeDraft, discardDraft, editHere, leaveDraft, reopen, startDraft, submit } from "@/offline/records";

import { bodyOf, type Verdict } from "./case_check";
import { positionNow } from "./here";
import type { CaseFile } from "./provisions";

type Action = KeptRecord<"case_action">;
const TYPING_MS = 300;

export interface CheckDraft {
  verdict: Ref<Verdict | null>;
  reason: Ref<string>;
  /** The after-photos that stood on the screen. */
  seen: Set<string>;
  /** The verdict being made or on its way; what was delivered before belongs to an earlier turn of the case. */
  record: ComputedRef<Action | null>;
  /** The one handed in on this page, once it has arrived. */
  delivered: ComputedRef<Action | null>;
  photos: ComputedRef<LocalPhoto[]>;
  adding: Ref<number>;
  isBusy: Ref<boolean>;
  failure: Ref<string>;
  choose: (verdict: Verdict) => void;
  write: (text: string) => void;
  add: (files: File[]) => Promise<void>;
  remove: (photoId: string) => Promise<void>;
  handIn: () => Promise<void>;
  /** Open what came back again, upon the case as it is now. */
  mend: () => Promise<void>;
  discard: () => Promise<void>;
  takeOver: () => Promise<void>;
}

/** `look` reads the case anew into `file`. */
export function useCheckDraft(caseId: string, owner: ComputedRef<string>, file: Readonly<Ref<CaseFile | null>>, look: () => Promise<void>): CheckDraft {
  const problemText = useProblemText();
  const verdict = ref<Verdict | null>(null);
  const reason = ref("");
  const seen = shallowReactive(new Set<string>());
  const isBusy = ref(false);
  const adding = ref(0);
  const failure = ref("");
  const lastSent = ref("");
  let draftId: string | null = null;

  const records = useRecords(() => ({ kind: "case_action", subject: caseId, owner: owner.value }));
  const record = computed(() => (records.value as Action[]).find((each) => each.state !== "delivered") ?? null);
  const delivered = computed(() => (records.value as Action[]).find((each) => each.state === "delivered" && each.id === lastSent.value) ?? null);
  const photos = usePhotos(() => record.value?.id ?? "");

  /** What was begun before, here or before the tab was closed. */
  watch(
    record,
    (now) => {
      if (now === null || verdict.value !== null) return;
      verdict.value = (now.own["verdict"] as Verdict | undefined) ?? null;
      reason.value = String(now.own["reason"] ?? "");
      for (const each of (now.own["seen"] as string[] | undefined) ?? []) seen.add(each);
    },
    { immediate: true },
  );

  /** Photos are added while words are kept: nothing here waits for another to have worked, so it is no `useAttempt`. */
  async function attempt(work: () => Promise<unknown>): Promise<void> {
    failure.value = "";
    try {
      await work();
    } catch (error) {
      failure.value = problemText(error);
    }
  }

  /** One after another: the first of them makes the record. */
  let turn: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  const openDraftId = (): string | null => (record.value?.state === "draft" ? record.value.id : draftId);

  async function ensure(): Promise<string> {
    const there = openDraftId();
    if (there !== null) return there;
    const found = file.value;
    if (found === null) throw new Error("a verdict needs its case");
    const begun = await startDraft("case_action", {}, { owner: owner.value, title: found.title, subject: found.id, ifMatch: found.revision });
    draftId = begun.id;
    return draftId;
  }

  const keep = (): Promise<void> =>
    attempt(() =>
      inTurn(async () => {
        const [found, chosen] = [file.value, verdict.value];
        if (chosen === null || found === null) return;
        const made = { verdict: chosen, reason: reason.value, seen: [...seen] };
        await changeDraft<"case_action">(await ensure(), { content: () => bodyOf({ ...made, photos: 0 }, found), own: made, ifMatch: found.revision });
      }),
    );

  function choose(value: Verdict): void {
    verdict.value = value;
    void keep();
  }

  let typing = 0;
  function write(text: string): void {
    reason.value = text;
    window.clearTimeout(typing);
    typing = window.setTimeout(keepTyped, TYPING_MS);
  }
  /** What was typed a moment ago is kept before the page goes. */
  async function keepTyped(): Promise<void> {
    if (typing === 0) return;
    window.clearTimeout(typing);
    typing = 0;
    await keep();
  }
  const onHide = (): void => void keepTyped();
  onMounted(() => document.addEventListener("visibilitychange", onHide));
  onBeforeUnmount(async () => {
    document.removeEventListener("visibilitychange", onHide);
    const id = openDraftId();
    await keepTyped();
    if (id !== null) await leaveDraft(id);
  });

  const add = (files: File[]): Promise<void> =>
    attempt(async () => {
      adding.value += files.length;
      try {
        await inTurn(async () => {
          const id = await ensure();
          for (const each of files) {
            await addPhoto(id, each, { takenAt: new Date().toISOString(), position: positionNow() });
            adding.value -= 1;
          }
        });
      } finally {
        adding.value = 0;
      }
    });

  const handIn = (): Promise<void> =>
    attempt(async () => {
      isBusy.value = true;
      try {
        window.clearTimeout(typing);
        typing = 0;
        await keep();
        const id = await inTurn(ensure);
        await submit(id);
        lastSent.value = id;
        draftId = null;
      } finally {
        isBusy.value = false;
      }
    });

  const mend = (): Promise<void> =>
    attempt(async () => {
      if (record.value === null) return;
      const id = await reopen(record.value.id);
      await look();
      if (file.value !== null) await changeDraft(id, { ifMatch: file.value.revision });
    });

  const discard = (): Promise<void> =>
    attempt(async () => {
      if (record.value === null) return;
      await discardDraft(record.value.id);
      draftId = null;
      verdict.value = null;
      reason.value = "";
    });

  return {
    verdict,
    reason,
    seen,
    record,
    delivered,
    photos,
    adding,
    isBusy,
    failure,
    choose,
    write,
    add,
    remove: (photoId) => attempt(() => removePhoto(photoId)),
    handIn,
    mend,
    discard,
    takeOver: () => attempt(async () => record.value && editHere(record.value.id)),
  };
}
