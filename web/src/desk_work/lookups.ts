/** What pickers offer: organisations, communities, areas, items; asked from the server by part of a name. */
import { answer, api, type Schemas } from "@/api/client";

import type { Option } from "./SearchPicker.vue";
import { told } from "./wording";

const FEW = 30;

/** Organisations by part of a name; with an area's code only those that serve it, from above too. */
export function organisationSearch(serving: () => string | null): (text: string) => Promise<Option[]> {
  return async (text) => {
    const area = serving();
    const query = { text, limit: FEW, ...(area === null ? {} : { serving: area }) };
    const found = await answer(api.GET("/api/v1/organisations", { params: { query } }));
    return found.items.map((each) => ({ id: each.id, name: each.name, more: each.area.name }));
  };
}

export async function searchCommunities(text: string): Promise<Option[]> {
  const found = await answer(api.GET("/api/v1/communities", { params: { query: { text, limit: FEW } } }));
  return found.items.map((each) => ({ id: each.id, name: each.name, more: each.area.name }));
}

/** Areas by part of a name; their codes are their ids. */
export async function searchAreas(text: string): Promise<Option[]> {
  const found = await answer(api.GET("/api/v1/areas", { params: { query: { text, limit: FEW } } }));
  return found.items.map((each) => ({ id: each.code, name: each.name, more: each.code }));
}

export type Item = Schemas["ChecklistItem"];
export type ItemGroup = Schemas["ItemGroup"];

let items: Promise<Item[]> | null = null;
let groups: Promise<ItemGroup[]> | null = null;

/** Every item in force, once a visit to the desk. */
export function allItems(): Promise<Item[]> {
  items ??= readAllItems().catch((error: unknown) => {
    items = null;
    throw error;
  });
  return items;
}

async function readAllItems(): Promise<Item[]> {
  const found: Item[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: 200, ...(cursor === null ? {} : { cursor }) };
    const page: Schemas["ItemPage"] = await answer(api.GET("/api/v1/items", { params: { query } }));
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return found;
}

/** The groups of items, in the order in which residents see them. */
export function itemGroups(): Promise<ItemGroup[]> {
  groups ??= answer(api.GET("/api/v1/items/groups"))
    .then((found) => found.items)
    .catch((error: unknown) => {
      groups = null;
      throw error;
    });
  return groups;
}

/** What is wrong where an item fails: the words of the residents' tile, else its own; a catalogue from before problems had names tells its criterion. */
export function problemOf(item: Item): { zh: string; en: string } {
  return item.tile ?? item.problem ?? item.criterion;
}

/** Items whose code, words or group's words hold what was typed. */
export function itemsFor(typed: string, all: readonly Item[], known: readonly ItemGroup[]): Item[] {
  const wanted = typed.trim().toLowerCase();
  const groupOf = new Map(known.map((each) => [each.code, each]));
  return all.filter((each) => {
    const group = groupOf.get(each.group);
    const words = [each.code, each.criterion.zh, each.criterion.en, each.tile?.zh, each.tile?.en, each.problem?.zh, each.problem?.en, ...(each.tile?.keywords ?? []), group?.name.zh, group?.name.en, ...(group?.tile.keywords ?? [])];
    return words.some((word) => word?.toLowerCase().includes(wanted));
  });
}

export function itemOption(item: Item): Option {
  return { id: item.code, name: told(problemOf(item)), more: `${item.code} ${told(item.criterion)}` };
}
