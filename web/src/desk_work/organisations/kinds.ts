/** The kinds of organisations, read once a visit to the desk. */
import { answer, api, type Schemas } from "@/api/client";

import { inLanguage } from "../wording";

export type Kind = Schemas["OrganisationKind"];
let kinds: Promise<Kind[]> | null = null;

export function organisationKinds(): Promise<Kind[]> {
  kinds ??= answer(api.GET("/api/v1/organisations/kinds"))
    .then((found) => found.items)
    .catch((error: unknown) => {
      kinds = null;
      throw error;
    });
  return kinds;
}

export function kindName(code: string, known: readonly Kind[]): string {
  const kind = known.find((each) => each.code === code);
  return kind === undefined ? code : inLanguage(kind.zh, kind.en);
}
