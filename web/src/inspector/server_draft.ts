/** The draft as the server has it: PUT now and then while there is a network, so that the township sees the visit under way.
 *
 * It is a courtesy, never a safe place: the phone's copy stays the only one that counts, and no failure here disturbs the work.
 */
import { onScopeDispose } from "vue";

import { api } from "@/api/client";
import { Problem } from "@/api/problems";
import { outgoing } from "@/offline/bodies";
import type { KeptRecord } from "@/offline/record_types";
import { changeDraft, getRecord, photosOf, reopen, submit } from "@/offline/records";

import type { Answer, Visit } from "./visit";
import type { VisitDraft } from "./visit_draft";

const EVERY_MS = 30_000;
/** A submission waits so long for a draft that is under way; then its revision is settled by the server's word. */
const WAIT_MS = 4000;

const underWay = new Map<string, Promise<void>>();

/** Keep the server's copy near the phone's while the page is open. */
export function useServerDraft(draft: VisitDraft): void {
  let last = "";
  const tell = (): void => {
    const id = draft.record.value?.id;
    const now = JSON.stringify([...draft.answers.values()]);
    const isWorthIt = id !== undefined && draft.opening.value === "open" && draft.saving.value === "saved" && draft.answers.size > 0 && now !== last;
    if (!isWorthIt || !navigator.onLine || underWay.has(id)) return;
    last = now;
    const sending = put(id)
      .catch((error: unknown) => {
        if (!(error instanceof Problem)) throw error;
        last = "";
      })
      .finally(() => underWay.delete(id));
    underWay.set(id, sending);
  };
  const timer = window.setInterval(tell, EVERY_MS);
  onScopeDispose(() => {
    window.clearInterval(timer);
    tell();
  });
}

/** Until no draft of this visit is on its way, or for a moment at most. */
export async function settleDraft(id: string): Promise<void> {
  await Promise.race([underWay.get(id) ?? Promise.resolve(), new Promise((resolve) => setTimeout(resolve, WAIT_MS))]);
}

async function put(id: string): Promise<void> {
  const record = await getRecord<"inspection">(id);
  if (record?.state !== "draft") return;
  const { body } = outgoing(record, await photosOf(id), new Date().toISOString());
  // Should the answer be lost, the server's revision is one that we do not know but made ourselves.
  await mark(record, { isDraftUnanswered: true });
  try {
    const { response } = await api.PUT("/api/v1/inspections/{inspection_id}", {
      params: { path: { inspection_id: id }, ...(record.ifMatch === null ? {} : { header: { "If-Match": `"${record.ifMatch}"` } }) },
      body: { ...(body as unknown as Visit & { answers: Answer[] }), status: "draft" },
    });
    await mark(record, { isDraftUnanswered: false }, revisionOf(response.headers.get("ETag")));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code === "stale_draft" && record.own["isDraftUnanswered"] === true) await mark(record, { isDraftUnanswered: false }, presentRevision(error.members));
    else if (!error.isTemporary) await mark(record, { isDraftUnanswered: record.own["isDraftUnanswered"] === true });
    throw error;
  }
}

async function mark(record: KeptRecord, facts: Record<string, unknown>, revision?: number | null): Promise<void> {
  const now = await getRecord(record.id);
  // Submitted meanwhile: whoever submitted settles it.
  if (now?.state !== "draft") return;
  await changeDraft(record.id, { own: { ...now.own, ...facts }, ...(revision == null ? {} : { ifMatch: revision }) });
}

const revisionOf = (tag: string | null): number | null => (tag === null ? null : Number(tag.replaceAll('"', "")) || null);

export function presentRevision(members: Readonly<Record<string, unknown>>): number | null {
  const found = members["present_revision"];
  return typeof found === "number" ? found : null;
}

/** Whether a submission was refused only because an answer to one of this phone's own drafts was lost. */
export function isOwnStaleDraft(record: KeptRecord): boolean {
  return record.state === "refused" && record.problem?.code === "stale_draft" && record.own["isDraftUnanswered"] === true;
}

/** Send again over what the server has now: the phone's copy is the one to hold. */
export async function submitOver(record: KeptRecord): Promise<void> {
  const id = await reopen(record.id);
  await changeDraft(id, { ifMatch: presentRevision(record.problem?.members ?? {}), own: { ...record.own, isDraftUnanswered: false } });
  await submit(id);
}
