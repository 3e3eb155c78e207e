/** What the sync page says of each record: where it is mended, what its receipt is called. Pure. */
import type { KeptRecord, LocalPhoto, RecordState } from "@/offline/record_types";

export type Group = "stuck" | "outgoing" | "draft" | "delivered";

const GROUPS: Readonly<Record<RecordState, Group>> = { refused: "stuck", damaged: "stuck", queued: "outgoing", sending: "outgoing", waiting: "outgoing", draft: "draft", delivered: "delivered" };

export const groupOf = (state: RecordState): Group => GROUPS[state];

const CHECKS: readonly unknown[] = ["check_pass", "rework", "verify"];

/** The page on which a record is looked at, gone on with, or mended. */
export function pathOf(record: KeptRecord): string {
  const content = record.content as Record<string, unknown>;
  switch (record.kind) {
    case "inspection":
      return record.state === "draft" ? `/inspect/visit/${record.id}` : `/inspect/visit/${record.id}/sent`;
    case "case_action":
      return CHECKS.includes(content["action"]) ? `/inspect/checks/${record.subject}` : `/handle/${record.subject}`;
    case "not_fixed":
    case "rating":
      return `/t/${encodeURIComponent(record.subject)}`;
    case "report":
      return content["channel"] === "staff" ? `/inspect/report/${record.id}` : record.state === "draft" ? `/report?draft=${record.id}` : `/mine/${record.id}`;
  }
}

/** By what the server will know it again: the case's number, or the inspection's own name. */
export function receiptOf(record: KeptRecord): string {
  const receipt = record.receipt ?? {};
  const found = receipt["tracking_code"] ?? receipt["case_number"] ?? receipt["number"];
  return typeof found === "string" ? found : record.id;
}

export interface PhotoSums {
  count: number;
  stored: number;
  bytes: number;
  /** 0 to 1: bytes that have arrived. */
  share: number;
}

export function sumsOf(photos: readonly LocalPhoto[]): PhotoSums {
  const bytes = photos.reduce((sum, each) => sum + each.size, 0);
  const sent = photos.reduce((sum, each) => sum + (each.state === "stored" ? each.size : Math.min(each.sent, each.size)), 0);
  return { count: photos.length, stored: photos.filter((each) => each.state === "stored").length, bytes, share: bytes === 0 ? 0 : sent / bytes };
}

/** 640 KB, 1.4 MB, 2.1 GB. */
export function bytesText(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(bytes === 0 ? 0 : 1, Math.round(bytes / 1000))} KB`;
  return bytes < 1_000_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}
