/** What a resident may report: groups as picture tiles, items behind them, found by any word. Pure but for its reading. */
import { answer, api, type Schemas } from "@/api/client";

import type { BothLanguages } from "./spoken";

export interface Category {
  code: string;
  group: string;
  name: BothLanguages;
  hint: BothLanguages;
  keywords: readonly string[];
}

export interface CategoryGroup {
  code: string;
  name: BothLanguages;
  keywords: readonly string[];
  items: Category[];
}

/** The item code that says "I do not know what to call it". */
export const UNKNOWN = "unknown";

/** All of them in one go: they are few, and a stairwell has no network for a second question. */
export async function fetchCategories(): Promise<CategoryGroup[]> {
  const [groups, items] = await Promise.all([
    answer(api.GET("/api/v1/items/groups")),
    answer(api.GET("/api/v1/items", { params: { query: { for_residents: true, limit: 200 } } })),
  ]);
  return grouped(groups.items, items.items);
}

export function grouped(groups: readonly Schemas["ItemGroup"][], items: readonly Schemas["ChecklistItem"][]): CategoryGroup[] {
  return [...groups]
    .sort((a, b) => a.tile_order - b.tile_order)
    .map((group) => ({
      code: group.code,
      name: { zh: group.tile.zh, en: group.tile.en },
      keywords: group.tile.keywords,
      items: items.filter((each) => each.group === group.code).flatMap(toCategory),
    }))
    .filter((each) => each.items.length > 0);
}

function toCategory(item: Schemas["ChecklistItem"]): Category[] {
  if (item.tile === null) return [];
  return [{ code: item.code, group: item.group, name: { zh: item.tile.zh, en: item.tile.en }, hint: item.hint, keywords: item.tile.keywords }];
}

/** The items that hold every word typed, in their name, keywords or group; those named so come before those only meant. */
export function searchCategories(groups: readonly CategoryGroup[], typed: string): Category[] {
  const words = typed.toLowerCase().split(/\s+/).filter((each) => each !== "");
  if (words.length === 0) return [];
  const scored = groups.flatMap((group) => group.items.map((item) => ({ item, score: Math.min(...words.map((word) => scoreOf(word, item, group))) })));
  return scored
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((each) => each.item);
}

function scoreOf(word: string, item: Category, group: CategoryGroup): number {
  const holds = (texts: readonly string[]): boolean => texts.some((each) => each.toLowerCase().includes(word));
  if (holds([item.name.zh, item.name.en])) return 3;
  if (holds(item.keywords)) return 2;
  // A Chinese word typed longer than the keyword, as 楼道里堆物, is still meant.
  if (item.keywords.some((each) => each.length > 1 && word.includes(each.toLowerCase()))) return 2;
  return holds([group.name.zh, group.name.en, ...group.keywords]) ? 1 : 0;
}

export function findCategory(groups: readonly CategoryGroup[], code: string | null | undefined): Category | null {
  for (const group of groups) for (const item of group.items) if (item.code === code) return item;
  return null;
}
