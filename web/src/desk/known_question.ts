/** A question is put only about what there is: an address made up by hand costs one refusal, not one for every table. */
import type { Asked } from "./asking";
import type { ChecklistInView } from "./checklist_in_view";
import { useDeskArea } from "./desk_area";
import { questionOf, type Question } from "./rates";
import { FIRST_CHECKLIST, type View } from "./view";

/** Whatever else went wrong with a thing, only a 404 says that it is not there. */
function isThere(asked: Asked<unknown>): boolean {
  return asked.value.value !== null || (asked.problem.value !== null && asked.problem.value.status !== 404);
}

export function useKnownQuestion(place: Asked<unknown>, checklist: ChecklistInView): (view: View, area: string) => Question | null {
  const { own } = useDeskArea();
  return (view, area) => {
    if (!own.value.some((each) => each.code === area) && !isThere(place)) return null;
    if (view.checklist !== FIRST_CHECKLIST && checklist.isKnown.value !== true && !isThere(checklist.asked)) return null;
    return checklist.isKnown.value === false ? null : questionOf(view, area);
  };
}
