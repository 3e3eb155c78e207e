/** Saving a form: busy, refused by field, or overtaken by somebody else, when the present version is read and what was typed stays. */
import { ref, shallowRef, type Ref, type ShallowRef } from "vue";

import { Problem } from "@/api/problems";

const OVERTAKEN = new Set([409, 412]);

export interface Saving {
  isBusy: Ref<boolean>;
  problem: ShallowRef<Problem | null>;
  /** Somebody else was faster: the present version has been read. */
  isOvertaken: Ref<boolean>;
  save: (work: () => Promise<void>) => Promise<boolean>;
  wrong: (...fields: string[]) => string;
  forget: () => void;
}

/** `reread` brings the present version; it must leave the form alone. */
export function useSaving(reread: () => Promise<unknown> = async () => undefined): Saving {
  const isBusy = ref(false);
  const problem = shallowRef<Problem | null>(null);
  const isOvertaken = ref(false);

  async function save(work: () => Promise<void>): Promise<boolean> {
    if (isBusy.value) return false;
    isBusy.value = true;
    forget();
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem.value = error;
      if (OVERTAKEN.has(error.status)) {
        await reread();
        isOvertaken.value = error.status === 412;
      }
      return false;
    } finally {
      isBusy.value = false;
    }
  }

  /** What is wrong with a field, or with anything below it. */
  function wrong(...fields: string[]): string {
    const found = (problem.value?.errors ?? []).filter((each) => fields.some((field) => each.field === field || each.field.startsWith(`${field}.`)));
    return found.map((each) => each.detail).join("；");
  }

  function forget(): void {
    problem.value = null;
    isOvertaken.value = false;
  }

  return { isBusy, problem, isOvertaken, save, wrong, forget };
}
