/** Figures as people write them in their language. */
import { useI18n } from "vue-i18n";

import type { Figures } from "./figures";
import { percent } from "./figures";

export interface NumberWords {
  whole: (value: number) => string;
  /** 21,905/25,353 */
  fraction: (share: { numerator: number; denominator: number }) => string;
  /** 86.4%, or the word for what nobody assessed. */
  rate: (value: number | null) => string;
  /** 85.9–86.8% */
  interval: (interval: Figures["interval"]) => string;
}

export function useNumberWords(): NumberWords {
  const { t, locale } = useI18n();
  const whole = (value: number) => new Intl.NumberFormat(locale.value).format(value);
  return {
    whole,
    fraction: ({ numerator, denominator }) => `${whole(numerator)}/${whole(denominator)}`,
    rate: (value) => (value === null ? t("desk.figures.unassessed") : `${percent(value)}%`),
    interval: (interval) => (interval === null ? "—" : `${percent(interval.low)}–${percent(interval.high)}%`),
  };
}
