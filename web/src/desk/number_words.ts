/** Figures as people write them in their language. */
import { useI18n } from "vue-i18n";

import type { Schemas } from "@/api/client";

import { absenceOf, percent, type Figures } from "./figures";
import type { Measure } from "./view";

type Share = Schemas["Share"];

export interface NumberWords {
  whole: (value: number) => string;
  /** 21,905/25,353 */
  fraction: (share: { numerator: number; denominator: number }) => string;
  /** 86.4%, or why there is none: of communities a verdict is missing, of items a look. */
  rate: (figures: Pick<Figures, "value" | "excluded">, measure?: Measure) => string;
  /** 85.9–86.8% */
  interval: (interval: Figures["interval"]) => string;
  /** 97.0% 24,592/25,353, or that nothing applies. */
  coverage: (coverage: Share) => string;
}

export function useNumberWords(): NumberWords {
  const { t, locale } = useI18n();
  const whole = (value: number) => new Intl.NumberFormat(locale.value).format(value);
  const fraction: NumberWords["fraction"] = ({ numerator, denominator }) => `${whole(numerator)}/${whole(denominator)}`;
  const rate: NumberWords["rate"] = (figures, measure = "items") => {
    const absence = absenceOf(figures);
    return absence === null ? `${percent(figures.value ?? 0)}%` : t(`desk.absent.${measure}.${absence}`);
  };
  return {
    whole,
    fraction,
    rate,
    interval: (interval) => (interval === null ? "—" : `${percent(interval.low)}–${percent(interval.high)}%`),
    coverage: (coverage) => (coverage.value === null ? t("desk.absent.items.not_applicable") : `${percent(coverage.value)}% ${fraction(coverage)}`),
  };
}
