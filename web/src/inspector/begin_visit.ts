/** Beginning a visit on this phone: its sheet is at hand before the first tap. */
import { startDraft } from "@/offline/records";

import { itemsOf } from "./sheet";
import { sheetFor } from "./take_along";
import { newVisit } from "./visit";

export interface Beginning {
  version: { id: string; checklist_code: string; number: number };
  communityId: string;
  roundId: string | null;
  roundName: string;
  accountId: string;
}

/** The new visit's id; null where its checklist is neither on the phone nor within reach. */
export async function beginVisit(given: Beginning): Promise<string | null> {
  const sheet = await sheetFor(given.version, given.communityId);
  if (sheet === null) return null;
  const record = await startDraft("inspection", newVisit(sheet, given.roundId, new Date()), {
    owner: given.accountId,
    title: sheet.communityName,
    subject: given.communityId,
    own: { version: given.version, total: itemsOf(sheet).length, roundName: given.roundName, checklist: sheet.name },
  });
  return record.id;
}
