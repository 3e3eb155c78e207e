/** What a step of a case sends: what is written now, and nothing that was emptied. Pure. */
import type { Schemas } from "@/api/client";

type Offer = Pick<Schemas["CaseOffer"], "needs">;
type Content = Partial<Schemas["CaseAction"]>;

/** The server refuses a day where the step does not need one (an extension is one original limit more, no day). */
export const takesDay = (offer: Offer): boolean => (offer.needs as readonly string[]).includes("until_on");

/** What was kept, with the words and the day as they stand in the form: what is empty there is gone. */
export function withWritten(was: Content, offer: Pick<Schemas["CaseOffer"], "action" | "needs">, written: { reason: string; until: string }): Content {
  const content: Content = { ...was, action: offer.action, reason: written.reason.trim() };
  delete content.until_on;
  if (takesDay(offer) && written.until !== "") content.until_on = written.until;
  return content;
}
