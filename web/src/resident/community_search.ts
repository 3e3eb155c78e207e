/** Finding a community by a part of its name, or by where somebody stands. */
import { answer, api, type Schemas } from "@/api/client";

import type { Whereabouts } from "./whereabouts";

export type CommunityChoice = Schemas["Choice"];

export async function searchCommunities(text: string): Promise<CommunityChoice[]> {
  return (await answer(api.GET("/api/v1/communities/choices", { params: { query: { text } } }))).items;
}

export async function findNearby({ latitude, longitude }: Whereabouts): Promise<CommunityChoice[]> {
  return (await answer(api.GET("/api/v1/communities/choices", { params: { query: { latitude, longitude, within_m: 3000 } } }))).items;
}
