/** Which area the desk looks at: named in the address, else the widest one of the person's own posts. */
import { computed, type ComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";

import type { Schemas } from "@/api/client";
import { useSession } from "@/app/session";

type Area = Schemas["AreaBrief"];
type Post = Schemas["Post"];

const LEVELS: readonly Area["level"][] = ["district", "township", "station", "neighbourhood"];
/** Posts that give no look at an area's figures: a handler sees their organisation's cases, a resident nothing. */
const WITHOUT_DESK: readonly Post["role"][] = ["handler", "resident"];

/** The areas of the posts that are held now, the widest first, each once. */
export function areasOfPosts(posts: readonly Post[], now: Date): Area[] {
  const held = posts.filter(
    (each) =>
      !WITHOUT_DESK.includes(each.role) && new Date(each.valid_from) <= now && (each.valid_until === null || new Date(each.valid_until) > now),
  );
  const byCode = new Map(held.map((each) => [each.area.code, each.area]));
  return [...byCode.values()].sort((one, other) => LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level) || one.code.localeCompare(other.code));
}

/** An area's line from above, from one's own post down: what lies above that is not one's own to look at. */
export function lineFromOwn<T extends { code: string }>(ancestors: readonly T[], own: readonly Area[]): T[] {
  const first = ancestors.findIndex((each) => own.some((mine) => mine.code === each.code));
  return first === -1 ? ancestors.slice(-1) : ancestors.slice(first);
}

export function useDeskArea(): { own: ComputedRef<Area[]>; code: ComputedRef<string>; look: (code: string) => Promise<void> } {
  const route = useRoute();
  const router = useRouter();
  const session = useSession();
  const own = computed(() => areasOfPosts(session.account?.posts ?? [], new Date()));
  const code = computed(() => {
    const asked = route.query["area"];
    return typeof asked === "string" && asked !== "" ? asked : (own.value[0]?.code ?? "");
  });
  async function look(chosen: string): Promise<void> {
    await router.push({ path: route.path, query: { ...route.query, area: chosen } });
  }
  return { own, code, look };
}
