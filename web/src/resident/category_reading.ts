/** The categories, from the phone at once and from the server when it can be reached. */
import { Problem } from "@/api/problems";

import { fetchCategories, type CategoryGroup } from "./categories";
import { readCached, writeCached } from "./page_cache";

const FRESH_MS = 6 * 3_600_000;
const KEY = "categories";

/** What there is without waiting; empty on a phone that never had them. */
export function keptCategories(): CategoryGroup[] {
  return readCached<CategoryGroup[]>(KEY)?.value ?? [];
}

/** The newest there is; what the phone has while there is no network. Throws only where it has nothing. */
export async function currentCategories(): Promise<CategoryGroup[]> {
  const cached = readCached<CategoryGroup[]>(KEY);
  if (cached !== null && Date.now() - Date.parse(cached.savedAt) < FRESH_MS) return cached.value;
  try {
    const fresh = await fetchCategories();
    writeCached(KEY, fresh);
    return fresh;
  } catch (error) {
    if (!(error instanceof Problem) || cached === null) throw error;
    return cached.value;
  }
}
