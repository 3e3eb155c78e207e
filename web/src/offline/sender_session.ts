/** In whose name the sender may send: the account of this browser's cookies, bound to the token that goes with them. */
import { csrfToken } from "@/api/csrf";
import { Problem } from "@/api/problems";
import { renewSession } from "@/api/renewal";

import { ask, type Fetch } from "./asking";

export interface SenderSession {
  accountId: string;
  /** Sent with every write: should somebody else sign in meanwhile, the token no longer fits and nothing is taken. */
  token: string;
}

const CHECKED_SECONDS = 300;

let known: { session: SenderSession; at: number } | null = null;

/** Who is signed in; null for nobody. Throws an unreachable or foreign `Problem` where that cannot be found out. */
export async function findSenderSession(fetch: Fetch): Promise<SenderSession | null> {
  const token = await csrfToken("csrf_access_token");
  const isFresh = known !== null && performance.now() - known.at < CHECKED_SECONDS * 1000;
  if (known !== null && isFresh && known.session.token === token) return known.session;
  known = null;
  if (token === null && (await csrfToken("csrf_refresh_token")) === null) return null;
  return (await askWho(fetch)) ?? ((await renewSession()) ? askWho(fetch) : null);
}

/** What was known of the sign-in turned out to be over. */
export function forgetSenderSession(): void {
  known = null;
}

async function askWho(fetch: Fetch): Promise<SenderSession | null> {
  const token = await csrfToken("csrf_access_token");
  if (token === null) return null;
  try {
    const { json } = await ask(fetch, { method: "GET", path: "/api/v1/accounts/me", headers: {}, isSignedIn: true, seconds: 30 });
    if (typeof json["id"] !== "string") throw Problem.notOurServer();
    // Signed in anew in between: whose token it is, is not certain.
    if ((await csrfToken("csrf_access_token")) !== token) return await askWho(fetch);
    known = { session: { accountId: json["id"], token }, at: performance.now() };
    return known.session;
  } catch (error) {
    if (error instanceof Problem && (error.isSignInNeeded || error.code === "password_change_required")) return null;
    throw error;
  }
}
