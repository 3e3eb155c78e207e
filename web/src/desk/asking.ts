/** Asking the server for what a desk page shows: again when the question changes or somebody refreshes; the newest question wins. */
import { readonly, ref, shallowRef, watch, type Ref, type ShallowRef } from "vue";

import { Problem } from "@/api/problems";

const loadedAt = ref<Date | null>(null);
const refreshes = ref(0);

/** When the figures in view were read (“截至 10:32:05”), and the button that reads them again. */
export function useFreshness(): { loadedAt: Readonly<Ref<Date | null>>; refresh: () => void; forget: () => void } {
  return {
    loadedAt: readonly(loadedAt) as Readonly<Ref<Date | null>>,
    refresh: () => (refreshes.value += 1),
    forget: () => (loadedAt.value = null),
  };
}

/** A page that reads in its own way says so. */
export function markLoaded(): void {
  loadedAt.value = new Date();
}

export interface Asked<T> {
  value: ShallowRef<T | null>;
  problem: ShallowRef<Problem | null>;
  isAsking: Ref<boolean>;
  again: () => Promise<void>;
}

/**
 * The answer to a question. `question` gives null while there is nothing to ask yet. An answer that arrives after a
 * newer question was put is dropped. While the same question is asked again its answer stays in view; another
 * question's answer leaves at once, for its figures must not stand under this one's name (`staysInView`: names may).
 */
export function useAsked<Q, T>(question: () => Q | null, ask: (question: Q) => Promise<T>, { staysInView = false } = {}): Asked<T> {
  const value = shallowRef<T | null>(null);
  const problem = shallowRef<Problem | null>(null);
  const isAsking = ref(false);
  let newest = 0;

  async function again(): Promise<void> {
    const mine = ++newest;
    const asked = question();
    if (asked === null) {
      value.value = null;
      isAsking.value = false;
      return;
    }
    isAsking.value = true;
    try {
      const found = await ask(asked);
      if (mine !== newest) return;
      value.value = found;
      problem.value = null;
      markLoaded();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (mine !== newest) return;
      value.value = null;
      problem.value = error;
    } finally {
      if (mine === newest) isAsking.value = false;
    }
  }

  watch(
    [() => JSON.stringify(question()), refreshes],
    ([put], [before]) => {
      if (put !== before && !staysInView) value.value = null;
      void again();
    },
    { immediate: true },
  );
  return { value, problem, isAsking, again };
}
