/** 随手报: a report that begins with a photo; everything else may be left to where one stands. */
import { addPhoto } from "@/offline/photos";
import { startDraft } from "@/offline/records";

import { positionNow } from "./here";

/** Keep the photos as a draft at once; returns its id. */
export async function beginReport(accountId: string, files: readonly File[]): Promise<string> {
  const position = positionNow();
  const now = new Date().toISOString();
  const record = await startDraft("report", { channel: "staff", text: "", building: "", observed_at: now, position }, { owner: accountId, title: "", subject: "" });
  for (const file of files) await addPhoto(record.id, file, { takenAt: now, position });
  return record.id;
}
