/** How far the reports made on this phone have come, asked by their tracking codes; the last answers stand until new ones come. */
import { answer, api } from "@/api/client";
import { Problem } from "@/api/problems";
import type { KeptRecord } from "@/offline/record_types";

import { trackingCodeOf } from "./kept_words";
import { readCached, writeCached } from "./page_cache";
import type { BothLanguages } from "./spoken";

export interface Stage {
  stage: string;
  text: BothLanguages;
  isOverdue: boolean;
}

/** Older ones are looked at one by one: a list of many must not ask for hundreds. */
const MOST_ASKED = 10;
const KEY = "stages";

export const keptStages = (): Record<string, Stage> => readCached<Record<string, Stage>>(KEY)?.value ?? {};

/** The newest delivered reports with their codes, apart from those whose stage is known otherwise. */
export function askedFor(records: readonly KeptRecord[], known: ReadonlyMap<string, unknown>): [id: string, code: string][] {
  return records
    .filter((each) => each.kind === "report" && each.state === "delivered" && !known.has(each.id))
    .sort((a, b) => b.madeAt.localeCompare(a.madeAt))
    .flatMap((each): [string, string][] => {
      const code = trackingCodeOf(each);
      return code === null ? [] : [[each.id, code]];
    })
    .slice(0, MOST_ASKED);
}

/** All at the same time; what cannot be read now is left out. */
export async function readStages(asked: readonly [id: string, code: string][]): Promise<Record<string, Stage>> {
  const found = Object.fromEntries((await Promise.all(asked.map(([id, code]) => readStage(id, code)))).flat());
  if (Object.keys(found).length > 0) writeCached(KEY, found);
  return found;
}

async function readStage(id: string, code: string): Promise<[string, Stage][]> {
  try {
    const tracking = await answer(api.GET("/api/v1/tracking/{code}", { params: { path: { code } } }));
    const last = tracking.entries.at(-1);
    return last === undefined ? [] : [[id, { stage: last.stage, text: { zh: last.zh, en: last.en }, isOverdue: tracking.is_overdue }]];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [];
  }
}
