/** What went wrong, in words for the person: what happened and what was kept. */
import { useI18n } from "vue-i18n";

import { Problem } from "@/api/problems";

export function useProblemText(): (error: unknown) => string {
  const { t } = useI18n();
  return (error) => {
    if (!(error instanceof Problem)) throw error;
    if (error.kind === "unreachable") return t(error.status === 0 ? "app.problem.unreachable" : "app.problem.serverDown");
    if (error.kind === "foreign") return t("app.problem.foreign");
    return [...new Set([error.detail, ...error.errors.map((each) => each.detail)])].filter((each) => each !== "").join("；");
  };
}
