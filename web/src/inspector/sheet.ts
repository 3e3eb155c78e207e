/** The checklist as one community is asked it: the worksheet's items under the indicators of the published version. Pure. */
import type { Schemas } from "@/api/client";

import type { Told } from "./told";

export interface Bilingual {
  zh: string;
  en: string;
}

export type Demand = "never" | "on_fail" | "always";

export interface PolicyClause {
  title: Bilingual;
  number: string;
  clause: string;
  quote: string;
  isLoose: boolean;
}

export interface SheetItem {
  code: string;
  criterion: Bilingual;
  /** What is wrong where it fails, as the case is called; null in versions from before problems had names. */
  problem: Bilingual | null;
  hint: Bilingual | null;
  clauses: PolicyClause[];
  /** What a photo has to show. */
  shows: Bilingual | null;
  photos: Demand;
  minPhotos: number;
  note: Demand;
  countsOccurrences: boolean;
  isVeto: boolean;
  applies: boolean;
  /** False where nobody recorded what decides it: the inspector looks, and may answer 不适用. */
  isCertain: boolean;
  reason: Bilingual;
}

export interface Section {
  code: string;
  name: Bilingual;
  /** Items to be answered. */
  items: SheetItem[];
  /** Items that this community is not asked, with the reason. */
  left: SheetItem[];
}

export interface Sheet {
  communityId: string;
  communityName: string;
  versionId: string;
  checklistCode: string;
  number: number;
  name: Bilingual;
  sections: Section[];
}

type Worksheet = Told<Schemas["Worksheet"]>;
type Version = Schemas["ChecklistVersion"];
type Policy = { title?: Bilingual; number?: string };

const OTHER: Bilingual = { zh: "其他", en: "Other" };

/** Every worksheet item under its indicator, in the order asked; one that the version's document should not know still shows. */
export function makeSheet(worksheet: Worksheet, version: Version): Sheet {
  const asked = new Map(worksheet.items.map((each) => [each.item_code, each]));
  const policies = version.document.policies as Record<string, Policy | undefined>;
  const sections: Section[] = [];
  for (const indicator of version.document.indicators) {
    const here = indicator.items.flatMap((each) => {
      const line = asked.get(each.code);
      asked.delete(each.code);
      return line === undefined ? [] : [itemOf(line, each, policies)];
    });
    if (here.length > 0) sections.push(sectionOf(indicator.code, indicator.name, here));
  }
  if (asked.size > 0) sections.push(sectionOf("OTHER", OTHER, [...asked.values()].map((each) => itemOf(each, null, policies))));
  return {
    communityId: worksheet.community.id,
    communityName: worksheet.community.name,
    versionId: worksheet.checklist_version.id,
    checklistCode: worksheet.checklist_version.checklist_code,
    number: worksheet.checklist_version.number,
    name: version.document.name,
    sections,
  };
}

export function itemsOf(sheet: Sheet): SheetItem[] {
  return sheet.sections.flatMap((each) => each.items);
}

function sectionOf(code: string, name: Bilingual, items: SheetItem[]): Section {
  return { code, name, items: items.filter((each) => each.applies), left: items.filter((each) => !each.applies) };
}

function itemOf(line: Worksheet["items"][number], entry: Schemas["ChecklistItem"] | null, policies: Record<string, Policy | undefined>): SheetItem {
  return {
    code: line.item_code,
    criterion: { zh: line.criterion_zh, en: line.criterion_en },
    problem: entry?.tile ?? entry?.problem ?? null,
    hint: entry?.hint ?? null,
    clauses: (entry?.sources ?? []).map((each) => clauseOf(each, policies[each.policy])),
    shows: entry?.evidence.shows ?? null,
    photos: line.photos as Demand,
    minPhotos: line.min_photos,
    note: line.note as Demand,
    countsOccurrences: line.counts_occurrences,
    isVeto: entry?.is_veto ?? false,
    applies: line.applies,
    isCertain: line.is_certain,
    reason: { zh: line.reason_zh, en: line.reason_en },
  };
}

function clauseOf(source: Schemas["PolicySource"], policy: Policy | undefined): PolicyClause {
  return {
    title: policy?.title ?? { zh: source.policy, en: source.policy },
    number: policy?.number ?? "",
    clause: source.clause,
    quote: source.quote,
    isLoose: source.is_loose,
  };
}
