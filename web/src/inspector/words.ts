/** Saying things of the checklist in the page's language. */
import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";

import { roundedDistance } from "./nearness";
import type { Bilingual } from "./sheet";

export function useWords(): {
  isChinese: ComputedRef<boolean>;
  say: (text: Bilingual) => string;
  distance: (metres: number) => string;
  language: ComputedRef<string>;
} {
  const { t, locale } = useI18n();
  const isChinese = computed(() => locale.value.startsWith("zh"));
  return {
    isChinese,
    language: computed(() => locale.value),
    say: (text) => (isChinese.value ? text.zh : text.en),
    distance: (metres) => {
      const { unit, value } = roundedDistance(metres);
      return t(`inspector.distance.${unit}`, { value });
    },
  };
}
