/** Posts as the forms hold them. Pure. */
import type { Schemas } from "@/api/client";

import { instantOf } from "../place_time";

export type Role = Schemas["Post"]["role"];
export const ROLES: readonly Role[] = ["inspector", "handler", "dispatcher", "information_officer", "evaluator", "township_manager", "district_admin", "auditor"];

export interface PostGiven {
  role: Role;
  area_code: string | null;
  organisation_id: string | null;
  /** Of the place's time; empty where the post has no end. */
  until: string;
}

export const newPost = (): PostGiven => ({ role: "inspector", area_code: null, organisation_id: null, until: "" });

export function postBody(given: PostGiven): Schemas["NewPost"] {
  return {
    role: given.role,
    area_code: given.area_code ?? "",
    organisation_id: given.organisation_id || null,
    valid_from: null,
    valid_until: given.until === "" ? null : instantOf(given.until),
  } as Schemas["NewPost"];
}

export function isHeld(post: Schemas["Post"], now: Date): boolean {
  return new Date(post.valid_from) <= now && (post.valid_until === null || now < new Date(post.valid_until));
}
