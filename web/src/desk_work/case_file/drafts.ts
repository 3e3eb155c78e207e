/** What was typed into an action's form, kept for this tab: a reload or a look elsewhere loses no character. */
import { nothingGiven, type Given } from "./action_form";

const key = (caseId: string, action: string): string => `jiayuan.desk.draft.${caseId}.${action}`;

export function keptDraft(caseId: string, action: string): Given {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key(caseId, action)) ?? "null") as Partial<Given> | null;
    return { ...nothingGiven(), ...kept };
  } catch {
    return nothingGiven();
  }
}

export function keepDraft(caseId: string, action: string, given: Given): void {
  sessionStorage.setItem(key(caseId, action), JSON.stringify(given));
}

export function forgetDraft(caseId: string, action: string): void {
  sessionStorage.removeItem(key(caseId, action));
}
