/**
 * What becomes of an account's things when it leaves a phone that others use as well: copies of what the server has are
 * forgotten, what the server has not vouched for stays, unseen by others, until that account signs in here again.
 */
import { withDatabase, type OfflineDatabase } from "./database";
import { UNSENT_STATES, type KeptRecord } from "./record_types";

export interface Unsent {
  drafts: number;
  /** Handed in, and not arrived. */
  records: number;
  /** Photos of both that the server does not have. */
  photos: number;
}

/** What would stay here if this account left now. */
export function countUnsent(accountId: string): Promise<Unsent> {
  return withDatabase(async (db) => {
    const unsent = (await db.records.where("state").anyOf(UNSENT_STATES).toArray()).filter((each) => each.owner === accountId);
    const photos = await db.photos.where("recordId").anyOf(unsent.map((each) => each.id)).toArray();
    const drafts = unsent.filter((each) => each.state === "draft").length;
    return { drafts, records: unsent.length - drafts, photos: photos.filter((each) => each.state !== "stored").length };
  });
}

/** Forget what the server has of every account but this one; what was made without an account stays everybody's. */
export async function forgetOthers(accountId: string | null): Promise<void> {
  await withDatabase((db) =>
    db.transaction("rw", db.records, db.photos, db.bytes, db.kept, async () => {
      await (accountId === null ? db.kept.clear() : db.kept.filter((each) => !each.key.startsWith(`${accountId}/`)).delete());
      const others = await db.records.filter((each) => each.owner !== null && each.owner !== accountId).toArray();
      const delivered = others.filter((each) => each.state === "delivered" && !isLeanedOn(each, others));
      await removeDelivered(db, delivered.map((each) => each.id));
    }),
  );
}

/** A step that has arrived tells the next one of the same case, still waiting, on which revision it rests. */
function isLeanedOn(delivered: KeptRecord, others: readonly KeptRecord[]): boolean {
  return delivered.kind === "case_action" && others.some((each) => each.kind === "case_action" && each.subject === delivered.subject && each.owner === delivered.owner && each.state !== "delivered");
}

async function removeDelivered(db: OfflineDatabase, ids: readonly string[]): Promise<void> {
  await db.photos.where("recordId").anyOf(ids).delete();
  await db.records.bulkDelete([...ids]);
}
