/** One thing tried at a press: busy while it runs, and why it was refused, in words; the next try forgets the last refusal. */
import { ref, type Ref } from "vue";

import { useProblemText } from "./problem_text";

export interface Attempt {
  isBusy: Ref<boolean>;
  /** Empty while nothing was refused. */
  refusal: Ref<string>;
  /** Whether it worked. While one runs, another press does nothing. What is no `Problem` is a defect and is thrown on. */
  attempt: (work: () => Promise<unknown>) => Promise<boolean>;
}

export function useAttempt(): Attempt {
  const problemText = useProblemText();
  const isBusy = ref(false);
  const refusal = ref("");

  async function attempt(work: () => Promise<unknown>): Promise<boolean> {
    if (isBusy.value) return false;
    isBusy.value = true;
    refusal.value = "";
    try {
      await work();
      return true;
    } catch (error) {
      refusal.value = problemText(error);
      return false;
    } finally {
      isBusy.value = false;
    }
  }

  return { isBusy, refusal, attempt };
}
