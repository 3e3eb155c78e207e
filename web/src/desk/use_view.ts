/** The view that the address names, and changing it by going to another address. */
import { computed, type ComputedRef } from "vue";
import { useRoute, useRouter, type RouteLocationRaw } from "vue-router";

import { localDay } from "@/parts/times";

import { useDeskArea } from "./desk_area";
import { changed, queryOf, viewOf, type View } from "./view";

export interface ViewInHand {
  view: ComputedRef<View>;
  /** The area's code, the person's own where the address names none. */
  area: ComputedRef<string>;
  /** Where a changed view is shown, on this page or another. */
  to: (change: Partial<View>, path?: string) => RouteLocationRaw;
  show: (change: Partial<View>, path?: string) => Promise<void>;
}

export function useView(): ViewInHand {
  const route = useRoute();
  const router = useRouter();
  const { code } = useDeskArea();
  const view = computed(() => viewOf(route.query, localDay(new Date())));
  const to = (change: Partial<View>, path = route.path): RouteLocationRaw => ({ path, query: queryOf(changed(view.value, change)) });
  return {
    view,
    area: code,
    to,
    show: async (change, path) => {
      await router.push(to(change, path));
    },
  };
}
