/** How the sender reaches the server for one record: by which fetch, and in whose name. */
import type { Fetch } from "./asking";
import type { KeptRecord } from "./record_types";
import type { SenderSession } from "./sender_session";

export interface Way {
  fetch: Fetch;
  /** Null for records of nobody in particular: they go without a cookie, whoever is signed in by now. */
  session: SenderSession | null;
}

export function headersOf(record: KeptRecord, way: Way): Record<string, string> {
  const headers: Record<string, string> = { "Accept-Language": record.language, "Upload-Capability": record.secret };
  if (way.session !== null) headers["X-CSRF-TOKEN"] = way.session.token;
  return headers;
}
