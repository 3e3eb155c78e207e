/**
 * The form of an action, made from what the API says it needs: which fields, and what goes back. Pure.
 *
 * Which actions there are, what each needs and why one is refused is the server's to say (`actions` of the case file);
 * nothing of that is known here. A reason and photos are welcome with any action (CaseAction in the API's document).
 */
import type { Schemas } from "@/api/client";

export type CaseFile = Schemas["Case"];
export type Offer = Schemas["CaseOffer"];
export type ActionBody = Schemas["CaseAction"];

/** The order in which a person answers: what it is about, then proof that is asked for, then the words, then photos that are welcome only. */
const ORDER = [
  "changes",
  "target_case_id",
  "organisation_id",
  "proposed_organisation_id",
  "loop",
  "is_found",
  "is_granted",
  "until_on",
  "authority",
  "seen_photo_ids",
  "photo_ids",
  "reason",
] as const;

export type FieldName = (typeof ORDER)[number];
const ALWAYS: readonly FieldName[] = ["photo_ids", "reason"];
export const EDITABLE = ["item_code", "title", "text", "building", "place"] as const;
export type Editable = (typeof EDITABLE)[number];

export interface Field {
  name: FieldName;
  isRequired: boolean;
}

export interface Given {
  reason: string;
  photo_ids: string[];
  seen_photo_ids: string[];
  organisation_id: string | null;
  proposed_organisation_id: string | null;
  until_on: string | null;
  is_found: boolean | null;
  is_granted: boolean | null;
  authority: string;
  target_case_id: string | null;
  loop: string | null;
  changes: Partial<Record<Editable, string>>;
}

export function nothingGiven(): Given {
  return {
    reason: "",
    photo_ids: [],
    seen_photo_ids: [],
    organisation_id: null,
    proposed_organisation_id: null,
    until_on: null,
    is_found: null,
    is_granted: null,
    authority: "",
    target_case_id: null,
    loop: null,
    changes: {},
  };
}

const isKnown = (name: string): name is FieldName => (ORDER as readonly string[]).includes(name);

/** The fields to show, in their order, and needs that this version of the app has no field for. */
export function fieldsOf(needs: readonly string[]): { fields: Field[]; unknown: string[] } {
  const asked = ORDER.filter((name) => needs.includes(name) || name === "reason");
  const shown: readonly FieldName[] = [...asked, ...ALWAYS.filter((name) => !asked.includes(name))];
  return { fields: shown.map((name) => ({ name, isRequired: needs.includes(name) })), unknown: needs.filter((each) => !isKnown(each)) };
}

/** What a person says of the file now, differing from what stands there. */
export function changesOf(file: Pick<CaseFile, Editable>, wanted: Given["changes"]): Record<string, string> {
  return Object.fromEntries(EDITABLE.filter((name) => wanted[name] !== undefined && wanted[name] !== (file[name] ?? "")).map((name) => [name, wanted[name] ?? ""]));
}

function isEmpty(value: unknown): boolean {
  if (typeof value === "string") return value.trim() === "";
  if (Array.isArray(value)) return value.length === 0;
  if (value !== null && typeof value === "object") return Object.keys(value).length === 0;
  return value === null || value === undefined;
}

/** The required fields that are still empty. */
export function missingOf(needs: readonly string[], given: Given, file: Pick<CaseFile, Editable>): FieldName[] {
  return fieldsOf(needs)
    .fields.filter((field) => field.isRequired && isEmpty(field.name === "changes" ? changesOf(file, given.changes) : given[field.name]))
    .map((field) => field.name);
}

/** The body to send: only the fields that the form shows and that say something; others would be refused. */
export function bodyOf(action: Offer["action"], needs: readonly string[], given: Given, file: Pick<CaseFile, Editable>): ActionBody {
  const body: Record<string, unknown> = { action };
  for (const { name } of fieldsOf(needs).fields) {
    const value = name === "changes" ? changesOf(file, given.changes) : given[name];
    if (!isEmpty(value)) body[name] = typeof value === "string" ? value.trim() : value;
  }
  return body as ActionBody;
}
