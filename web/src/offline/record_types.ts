/** What a phone keeps of what people made, until the server has it: records, their photos, and how far each has come. */
import type { Schemas } from "@/api/client";

import type { KeptBytes } from "./kept_bytes";

export type RecordKind = "report" | "inspection" | "case_action" | "not_fixed" | "rating";

/** The bodies that are sent. `photo_ids` may be left out: they come from the record's own photos when it is sent. */
export interface Contents {
  report: Partial<Schemas["PutReport"]>;
  inspection: Partial<Schemas["PutInspection"]>;
  case_action: Partial<Schemas["CaseAction"]>;
  not_fixed: Partial<Schemas["NotFixed"]>;
  rating: Partial<Schemas["Rating"]>;
}

/** 草稿, 等待发送, 正在发送, held up (等待网络, or in the queue again for another reason: `standing.ts`), 被退回, 照片缺失, 已送达. */
export type RecordState = "draft" | "queued" | "sending" | "waiting" | "refused" | "damaged" | "delivered";

export const UNSENT_STATES: readonly RecordState[] = ["draft", "queued", "sending", "waiting", "refused", "damaged"];
export const OUTGOING_STATES: readonly RecordState[] = ["queued", "sending", "waiting"];

export type WaitReason =
  /** No answer at all. */
  | "network"
  /** Something answered that is not our server: the network wants its own sign-in first. */
  | "captive_portal"
  | "server_busy"
  | "too_many_requests"
  | "server_full"
  /** The account's sign-in has ended. */
  | "sign_in"
  /** It belongs to another account than the one signed in. */
  | "other_account"
  /** An earlier record about the same thing has to arrive first. */
  | "earlier_record"
  /** This phone itself failed, e.g. its storage. */
  | "phone";

export interface Wait {
  reason: WaitReason;
  /** How long, and until when by this phone's clock; null where time alone changes nothing. */
  seconds: number | null;
  until: number | null;
}

/** A refusal, kept as the server worded it. */
export interface KeptProblem {
  status: number;
  code: string;
  detail: string;
  errors: { field: string; code: string; detail: string }[];
  members: Record<string, unknown>;
  /** The photo that was refused, where it was one. */
  photoId: string | null;
}

export interface KeptRecord<K extends RecordKind = RecordKind> {
  id: string;
  kind: K;
  /** The account that made it; null: made without signing in. */
  owner: string | null;
  title: string;
  /** What it is about: the community's id, the case's id, the tracking code. */
  subject: string;
  content: Contents[K];
  /** What the journey keeps for itself beside the content; never sent. */
  own: Record<string, unknown>;
  /** The revision that the person saw (If-Match). */
  ifMatch: number | null;
  /** The revision that was named when it was last sent: the person's own steps move it on. */
  sentIfMatch: number | null;
  /** The record that has to arrive before this one. */
  follows: string | null;
  /** The Upload-Capability: by it the sender of these photos is known again, signed in or not. */
  secret: string;
  language: string;
  state: RecordState;
  /** Times by this phone's clock: told, never reckoned with. */
  madeAt: string;
  changedAt: string;
  submittedAt: string | null;
  /** By the server's clock. */
  deliveredAt: string | null;
  /** The order in which records were submitted on this phone, whatever its clock said. */
  order: number;
  tries: number;
  /** The record's own request went out, and no answer has said that it was not taken. */
  mayBeThere: boolean;
  wait: Wait | null;
  problem: KeptProblem | null;
  damagedPhotoIds: string[];
  receipt: Record<string, unknown> | null;
}

/** 已存手机, 正在发送, 已送达. */
export type PhotoState = "kept" | "sending" | "stored";

export interface PhotoPosition {
  latitude: number;
  longitude: number;
  accuracy_metres?: number | null;
  datum?: "wgs84" | "gcj02";
}

export interface LocalPhoto {
  id: string;
  recordId: string;
  /** Where in the content it belongs: `photo_ids`, or for an inspection `answers.<item code>`. */
  slot: string;
  order: number;
  state: PhotoState;
  mediaType: string;
  size: number;
  sha256: string;
  width: number | null;
  height: number | null;
  /** A small picture as a data: address; empty where this browser cannot show the format. */
  thumbnailUrl: string;
  takenAt: string;
  position: PhotoPosition | null;
  /** Bytes that the server is known to have. */
  sent: number;
  /** Sent in parts from now on: a whole one did not get through. */
  isInParts: boolean;
  /** How often the server was found not to have it after all. */
  lost: number;
  receipt: Record<string, unknown> | null;
}

/** The photo's bytes, apart from all else so that lists never load them. */
export interface PhotoBytes extends KeptBytes {
  id: string;
}
