/** What is sent for each kind of record, where to, and what a receipt of it has to say. Pure. */
import type { Contents, KeptRecord, LocalPhoto, RecordKind } from "./record_types";

export interface Outgoing {
  method: "PUT" | "POST";
  path: string;
  body: Record<string, unknown>;
  ifMatch: number | null;
}

const LIST_SLOT = "photo_ids";
const answerSlot = (itemCode: string) => `answers.${itemCode}`;

interface Answer {
  item_code: string;
  photo_ids?: string[];
}

const answersOf = (record: KeptRecord) => ((record.content as Contents["inspection"]).answers ?? []) as Answer[];

/** Photos of a record that its content has no place for; they would be lost without a word. */
export function unplacedPhotos(record: KeptRecord, photos: readonly LocalPhoto[]): LocalPhoto[] {
  if (record.kind === "rating") return [...photos];
  if (record.kind !== "inspection") return [];
  const slots = new Set(answersOf(record).map((each) => answerSlot(each.item_code)));
  return photos.filter((each) => !slots.has(each.slot));
}

/** A record's content with photos under other names; one without a new name is left out. */
export function withPhotosRenamed(content: KeptRecord["content"], names: ReadonlyMap<string, string | null>): KeptRecord["content"] {
  const among = (ids: readonly string[]) => ids.map((each) => (names.has(each) ? names.get(each) : each)).filter((each) => each != null);
  return JSON.parse(JSON.stringify(content), (key, value: unknown) => (key === "photo_ids" && Array.isArray(value) ? among(value as string[]) : value)) as KeptRecord["content"];
}

/** The ids in a slot: those on the server already (an earlier revision's), then the record's own in their order. */
function idsIn(slot: string, named: readonly string[] | undefined, photos: readonly LocalPhoto[]): string[] {
  const own = new Set(photos.map((each) => each.id));
  return [...(named ?? []).filter((each) => !own.has(each)), ...photos.filter((each) => each.slot === slot).map((each) => each.id)];
}

function listed(record: KeptRecord<"report" | "case_action" | "not_fixed">, photos: readonly LocalPhoto[]): string[] {
  return idsIn(LIST_SLOT, record.content.photo_ids, photos.map((each) => ({ ...each, slot: LIST_SLOT })));
}

/** The request of a record; `sentAt` is what this phone's clock says now, right or wrong. */
export function outgoing(record: KeptRecord, photos: readonly LocalPhoto[], sentAt: string): Outgoing {
  const { ifMatch } = record;
  switch (record.kind as RecordKind) {
    case "report": {
      const report = record as KeptRecord<"report">;
      return { method: "PUT", path: `/api/v1/reports/${record.id}`, body: { ...report.content, photo_ids: listed(report, photos), device_sent_at: sentAt }, ifMatch: null };
    }
    case "inspection": {
      const answers = answersOf(record).map((each) => ({ ...each, photo_ids: idsIn(answerSlot(each.item_code), each.photo_ids, photos) }));
      return { method: "PUT", path: `/api/v1/inspections/${record.id}`, body: { ...record.content, answers, status: "submitted", device_sent_at: sentAt }, ifMatch };
    }
    case "case_action": {
      const action = record as KeptRecord<"case_action">;
      return { method: "POST", path: `/api/v1/cases/${record.subject}/actions`, body: { ...action.content, photo_ids: listed(action, photos), action_id: record.id }, ifMatch };
    }
    case "not_fixed": {
      const answer = record as KeptRecord<"not_fixed">;
      return { method: "POST", path: `/api/v1/tracking/${encodeURIComponent(record.subject)}/not-fixed`, body: { ...answer.content, photo_ids: listed(answer, photos), answer_id: record.id }, ifMatch: null };
    }
    case "rating":
      return { method: "PUT", path: `/api/v1/tracking/${encodeURIComponent(record.subject)}/rating`, body: { ...record.content }, ifMatch: null };
  }
}

interface ShownReceipt {
  id?: unknown;
  status?: unknown;
  report_id?: unknown;
  entries?: unknown;
  photos?: unknown;
  events?: unknown;
  may_rate?: unknown;
}

/** Whether an answer vouches for this record and for every one of its photos. Anything else is no receipt. */
export function isReceiptOf(record: KeptRecord, photos: readonly LocalPhoto[], answer: Record<string, unknown>): boolean {
  const shown = answer as ShownReceipt;
  switch (record.kind as RecordKind) {
    case "report":
      return shown.id === record.id && namesPhotos(shown.photos, photos);
    case "inspection":
      return shown.id === record.id && shown.status === "submitted" && namesPhotos(shown.photos, photos);
    case "case_action":
      return shown.id === record.subject && hasEventWith(shown.events, photos);
    case "not_fixed":
      return typeof shown.report_id === "string" && Array.isArray(shown.entries);
    case "rating":
      return typeof shown.report_id === "string" && shown.may_rate === false;
  }
}

/** Whether an answer is our server's about this record, whatever it says of it. */
export function isAbout(record: KeptRecord, answer: Record<string, unknown>): boolean {
  return answer["id"] === (record.kind === "case_action" ? record.subject : record.id);
}

function namesPhotos(named: unknown, photos: readonly LocalPhoto[]): boolean {
  if (!Array.isArray(named)) return false;
  const hashes = new Map((named as { id: string; sha256: string }[]).map((each) => [each.id, each.sha256]));
  return photos.every((each) => hashes.get(each.id) === each.sha256);
}

function hasEventWith(events: unknown, photos: readonly LocalPhoto[]): boolean {
  if (!Array.isArray(events)) return false;
  return (events as { photo_ids?: string[] }[]).some((event) => photos.every((each) => event.photo_ids?.includes(each.id) ?? false));
}
