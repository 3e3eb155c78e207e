/** The checklists that there are on a day, and the one in view with its indicators and items. */
import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";

import { answer, api, type Schemas } from "@/api/client";

import { useAsked, type Asked } from "./asking";
import type { View } from "./view";

export type Bilingual = Schemas["Bilingual"];
export type Item = Schemas["ChecklistItem"];
export type Indicator = Schemas["ChecklistIndicator"];

/** A published version never changes: asked for once. */
const versions = new Map<string, Promise<Schemas["ChecklistVersion"]>>();

export function loadVersion(code: string, number: number): Promise<Schemas["ChecklistVersion"]> {
  const key = `${code}/${number}`;
  let found = versions.get(key);
  if (found === undefined) {
    found = answer(api.GET("/api/v1/checklists/{code}/versions/{number}", { params: { path: { code, number } } }));
    versions.set(key, found);
    found.catch(() => versions.delete(key));
  }
  return found;
}

/** Picks the words of the language in use. */
export function useBilingual(): (text: Bilingual | null | undefined) => string {
  const { locale } = useI18n();
  return (text) => (text === null || text === undefined ? "" : locale.value === "en" ? text.en : text.zh);
}

export interface ChecklistInView {
  asked: Asked<{ all: Schemas["ChecklistSummary"][]; version: Schemas["ChecklistVersion"] | null }>;
  all: ComputedRef<Schemas["ChecklistSummary"][]>;
  version: ComputedRef<Schemas["ChecklistVersion"] | null>;
  /** Whether the checklist that the address names is one of them; null until they are read. */
  isKnown: ComputedRef<boolean | null>;
  indicators: ComputedRef<Indicator[]>;
  /** Names for people; the code where nothing is known by it. */
  checklistName: ComputedRef<string>;
  /** Its name with the version that figures are by, which none is on a day without one in force. */
  versionName: (version: { version: number } | null | undefined) => string;
  indicatorName: (code: string) => string;
  itemName: (code: string) => string;
}

export function useChecklist(view: ComputedRef<View>): ChecklistInView {
  const say = useBilingual();
  const { t } = useI18n();
  const asked = useAsked(
    () => ({ code: view.value.checklist, asOf: view.value.asOf }),
    async ({ code, asOf }) => {
      const { items: all } = await answer(api.GET("/api/v1/checklists", { params: { query: { limit: 200, ...(asOf === null ? {} : { as_of: asOf }) } } }));
      const own = all.find((each) => each.code === code);
      const head = own?.in_force ?? own?.latest;
      return { all, version: head === undefined ? null : await loadVersion(code, head.number) };
    },
    { staysInView: true },
  );
  const all = computed(() => asked.value.value?.all ?? []);
  const version = computed(() => asked.value.value?.version ?? null);
  const indicators = computed(() => version.value?.document.indicators ?? []);
  const checklistName = computed(() => say(all.value.find((each) => each.code === view.value.checklist)?.name) || view.value.checklist);
  return {
    asked,
    all,
    version,
    isKnown: computed(() => (asked.value.value === null ? null : all.value.some((each) => each.code === view.value.checklist))),
    indicators,
    checklistName,
    versionName: (head) => (head ? t("desk.query.checklist", { name: checklistName.value, version: head.version }) : t("desk.query.notInForce", { name: checklistName.value })),
    indicatorName: (code) => say(indicators.value.find((each) => each.code === code)?.name) || code,
    itemName: (code) => say(indicators.value.flatMap((each) => each.items).find((each) => each.code === code)?.criterion) || code,
  };
}
