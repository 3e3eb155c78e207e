/** One case file on the desk: read, acted on, and read again when somebody else was faster; nothing typed is touched. */
import { v7 as newId } from "uuid";
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from "vue";

import { answer, api } from "@/api/client";
import { Problem } from "@/api/problems";

import type { ActionBody, CaseFile } from "./action_form";

export type CaseEvent = CaseFile["events"][number];

export interface UsedCaseFile {
  file: ShallowRef<CaseFile | null>;
  /** Why the file could not be read. */
  problem: ShallowRef<Problem | null>;
  /** Why the last action was not taken. */
  refusal: ShallowRef<Problem | null>;
  /** What others did since the person last saw the file, told after a refused action. */
  meanwhile: ShallowRef<CaseEvent[]>;
  isBusy: Ref<boolean>;
  isReading: Ref<boolean>;
  allowed: ComputedRef<CaseFile["actions"]>;
  open: (id: string) => Promise<void>;
  reread: () => Promise<void>;
  act: (body: ActionBody) => Promise<CaseFile | null>;
  forgetRefusal: () => void;
}

/** Refusals after which the file on the screen is no longer the present one. */
const STALE = new Set([409, 412]);

export function useCaseFile(): UsedCaseFile {
  const file = shallowRef<CaseFile | null>(null);
  const problem = shallowRef<Problem | null>(null);
  const refusal = shallowRef<Problem | null>(null);
  const meanwhile = shallowRef<CaseEvent[]>([]);
  const isBusy = ref(false);
  const isReading = ref(false);
  let wanted = "";
  let attempt = { of: "", id: "" };

  async function open(id: string): Promise<void> {
    wanted = id;
    forgetRefusal();
    if (file.value?.id !== id) file.value = null;
    await read(id);
  }

  async function read(id: string): Promise<void> {
    isReading.value = true;
    try {
      const found = await answer(api.GET("/api/v1/cases/{case_id}", { params: { path: { case_id: id } } }));
      if (wanted !== id) return;
      file.value = found;
      problem.value = null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (wanted === id) problem.value = error;
    } finally {
      if (wanted === id) isReading.value = false;
    }
  }

  async function reread(): Promise<void> {
    if (wanted !== "") await read(wanted);
  }

  /** The same step sent again after a lost answer carries the same name, so that it is not taken twice. */
  function nameOf(id: string, body: ActionBody): string {
    const of = id + JSON.stringify(body);
    if (attempt.of !== of) attempt = { of, id: newId() };
    return attempt.id;
  }

  async function act(body: ActionBody): Promise<CaseFile | null> {
    const before = file.value;
    if (before === null || isBusy.value) return null;
    isBusy.value = true;
    forgetRefusal();
    try {
      const after = await answer(
        api.POST("/api/v1/cases/{case_id}/actions", {
          params: { path: { case_id: before.id }, header: { "If-Match": `"${before.revision}"` } },
          body: { ...body, action_id: nameOf(before.id, body) },
        }),
      );
      attempt = { of: "", id: "" };
      if (wanted === before.id) file.value = after;
      return after;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (wanted !== before.id) return null;
      refusal.value = error;
      if (STALE.has(error.status)) {
        await read(before.id);
        const last = before.events.at(-1)?.seq ?? 0;
        meanwhile.value = (file.value?.events ?? []).filter((each) => each.seq > last);
      }
      return null;
    } finally {
      isBusy.value = false;
    }
  }

  function forgetRefusal(): void {
    refusal.value = null;
    meanwhile.value = [];
  }

  const allowed = computed(() => file.value?.actions.filter((each) => each.is_allowed) ?? []);
  return { file, problem, refusal, meanwhile, isBusy, isReading, allowed, open, reread, act, forgetRefusal };
}
