/** Possible duplicates of a case with their files, for their photos and numbers. */
import { answer, api, type Schemas } from "@/api/client";

import type { CaseFile } from "./action_form";

export interface Duplicate {
  offer: Schemas["Duplicate"];
  file: CaseFile;
}

export async function duplicatesOf(caseId: string): Promise<Duplicate[]> {
  const found = await answer(api.GET("/api/v1/cases/{case_id}/duplicates", { params: { path: { case_id: caseId } } }));
  return Promise.all(
    (found.items ?? []).map(async (offer) => ({
      offer,
      file: await answer(api.GET("/api/v1/cases/{case_id}", { params: { path: { case_id: offer.case_id ?? "" } } })),
    })),
  );
}
