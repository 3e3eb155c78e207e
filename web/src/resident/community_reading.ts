/** The community's page as the server tells it: asked for while the app itself is still arriving, shown again without a network. */
import { answer, api, type Schemas } from "@/api/client";

import { rememberCommunity } from "./community_memory";
import { readCached, writeCached, type Cached } from "./page_cache";
import { withoutPast } from "./released_photos";

export type PublicCommunity = Schemas["PublicCommunity"];
export type PublicProblem = Schemas["PublicProblem"];

const UUID = /^\/c\/([0-9a-f]{8}-[0-9a-f-]{27})$/i;
let early: { id: string; community: Promise<PublicCommunity> } | null = null;

/** Ask before the page's own code is there; nothing else of the first visit has to wait for another. */
export function askEarly(path: string): void {
  const id = UUID.exec(path)?.[1];
  if (id === undefined) return;
  const community = ask(id);
  // The page deals with it; until then nobody does.
  community.catch(() => undefined);
  early = { id, community };
}

export async function fetchCommunity(id: string): Promise<PublicCommunity> {
  const waiting = early;
  early = null;
  const community = await (waiting?.id === id ? waiting.community : ask(id));
  writeCached(`community:${id}`, community);
  rememberCommunity({ id, name: community.name, place: placeOf(community) });
  return community;
}

/** As it was last; pictures whose addresses have passed their time are left empty. */
export function cachedCommunity(id: string, now = Date.now()): Cached<PublicCommunity> | null {
  const cached = readCached<PublicCommunity>(`community:${id}`);
  if (cached === null) return null;
  const problems = cached.value.problems.map((each) => ({ ...each, photos: withoutPast(each.photos, now) }));
  return { ...cached, value: { ...cached.value, problems } };
}

/** 城桥镇 · 玉环居委会: the township and the neighbourhood. */
export function placeOf(community: PublicCommunity): string {
  const names = community.areas.filter((each) => each.level === "township" || each.level === "neighbourhood").map((each) => each.name);
  return (names.length > 0 ? names : [community.area.name]).join(" · ");
}

function ask(id: string): Promise<PublicCommunity> {
  return answer(api.GET("/api/v1/public/communities/{community_id}", { params: { path: { community_id: id } } }));
}
