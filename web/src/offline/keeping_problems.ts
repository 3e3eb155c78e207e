/** What can go wrong while keeping something on the phone, in the person's language and in the shape of the server's refusals. */
import { Problem } from "@/api/problems";
import { i18n, loadTexts } from "@/app/language";

import { isDatabaseError, isQuotaExceeded } from "./database";

export type KeepingCode = "storage_full" | "storage_gone" | "edited_elsewhere" | "not_a_draft" | "record_gone" | "photo_unreadable" | "photo_empty" | "photo_unplaced" | "photo_missing" | "may_be_there";

export async function keepingProblem(code: KeepingCode, values: Record<string, unknown> = {}): Promise<Problem> {
  await loadTexts("offline");
  return new Problem("refused", 0, code, i18n.global.t(`offline.problem.${code}`, values), [], null, values);
}

/** Run something that writes; a phone without room, or that keeps nothing, is told as such, nothing half stays. */
export async function keeping<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isQuotaExceeded(error)) throw await keepingProblem("storage_full");
    if (isDatabaseError(error)) {
      console.warn("the phone's database refused", error);
      throw await keepingProblem("storage_gone");
    }
    throw error;
  }
}
