/** The rows behind a rate, a page at a time on the screen; for paper, all of them within what anybody would print. */
import { computed, ref, watch, type ComputedRef, type Ref } from "vue";

import { answer, api, type Schemas } from "@/api/client";
import { useAttempt } from "@/app/attempt";

import { markLoaded, useAsked, type Asked } from "./asking";
import type { Row } from "./explained";
import type { selection } from "./rates";
import type { Status, View } from "./view";

export interface Explaining {
  area: string;
  community: string | null;
  query: ReturnType<typeof selection> & { measure: View["measure"]; status: Status[]; order: View["sequence"] };
}

/** Rows asked for at once: as many as a screen bears. */
const PAGE = 30;
/** At once for paper: the most that the server gives. */
const PAPER_PAGE = 200;
/** Some forty sheets of A4 with their photos; more than that is for the export. */
const ON_PAPER = 400;

function explain({ area, community, query }: Explaining, page: { limit: number; cursor?: string }): Promise<Schemas["Explanation"]> {
  const asked = { ...query, ...page };
  return community === null
    ? answer(api.GET("/api/v1/areas/{code}/compliance/explain", { params: { path: { code: area }, query: asked } }))
    : answer(api.GET("/api/v1/communities/{community_id}/compliance/explain", { params: { path: { community_id: community }, query: asked } }));
}

export interface Explained {
  explanation: Asked<Schemas["Explanation"]>;
  rows: ComputedRef<Row[]>;
  hasMore: ComputedRef<boolean>;
  isMore: Ref<boolean>;
  refusal: Ref<string>;
  readMore: () => Promise<unknown>;
  /** False where the rest could not be read. */
  readForPaper: () => Promise<boolean>;
}

export function useExplained(asking: () => Explaining | null): Explained {
  const explanation = useAsked(asking, (asked) => explain(asked, { limit: PAGE }));
  const { isBusy: isMore, refusal, attempt } = useAttempt();
  const more = ref<Row[]>([]);
  const cursor = ref<string | null>(null);
  watch(explanation.value, (found) => {
    more.value = [];
    cursor.value = found?.next_cursor ?? null;
  });
  const rows = computed(() => [...(explanation.value.value?.items ?? []), ...more.value]);

  /** Whether there was anything to add: meanwhile something else may be in view. */
  async function add(limit: number): Promise<boolean> {
    const asked = asking();
    if (asked === null || cursor.value === null) return false;
    const from = explanation.value.value;
    const next = await explain(asked, { limit, cursor: cursor.value });
    if (from !== explanation.value.value) return false;
    more.value = [...more.value, ...next.items];
    cursor.value = next.next_cursor;
    markLoaded();
    return true;
  }

  async function addForPaper(): Promise<void> {
    while (rows.value.length < ON_PAPER && (await add(Math.min(PAPER_PAGE, ON_PAPER - rows.value.length))));
  }

  return {
    explanation,
    rows,
    hasMore: computed(() => cursor.value !== null),
    isMore,
    refusal,
    readMore: () => attempt(() => add(PAGE)),
    readForPaper: () => attempt(addForPaper),
  };
}
