/** Who may be sent on a round. */
import { answer, api } from "@/api/client";

import type { Option } from "../SearchPicker.vue";

const FEW = 30;

/** People whose posts let them inspect; the server refuses those whose posts do not reach a community. */
export async function searchInspectors(text: string): Promise<Option[]> {
  const roles = ["inspector", "information_officer", "evaluator"] as const;
  const pages = await Promise.all(
    roles.map((role) => answer(api.GET("/api/v1/accounts", { params: { query: { role, text, is_active: true, limit: FEW } } }))),
  );
  return pages.flatMap((page) => page.items).map((each) => ({ id: each.id, name: each.display_name, more: each.posts.map((post) => post.area.name).join(" ") }));
}
