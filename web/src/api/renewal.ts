/** Renewing an expired sign-in: one tab does it, the others wait and find it done. */
import { csrfToken } from "./csrf";

const LOCK = "jiayuan-session-renewal";

/** True where a sign-in stands afterwards. Without a network nothing ends: the sign-in is tried again later. */
export async function renewSession(): Promise<boolean> {
  const before = await csrfToken("csrf_access_token");
  if (!("locks" in navigator)) return renew();
  return navigator.locks.request(LOCK, async () => {
    const now = await csrfToken("csrf_access_token");
    return now !== null && now !== before ? true : renew();
  });
}

async function renew(): Promise<boolean> {
  const token = await csrfToken("csrf_refresh_token");
  if (token === null) return false;
  try {
    const response = await fetch("/api/v1/sessions/refresh", { method: "POST", credentials: "same-origin", headers: { "X-CSRF-TOKEN": token } });
    return response.ok && (response.headers.get("Content-Type") ?? "").includes("json");
  } catch {
    return false;
  }
}
