/** The token that a write sends back so that no other site can write in our name. */

type Store = { get(name: string): Promise<{ value?: string } | null> };

/** From the page's cookies, or in a service worker, which has no document, from the cookie store. */
export async function csrfToken(name: "csrf_access_token" | "csrf_refresh_token"): Promise<string | null> {
  if (typeof document !== "undefined") {
    const found = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
    return found?.slice(name.length + 1) ?? null;
  }
  const store = (globalThis as { cookieStore?: Store }).cookieStore;
  return (await store?.get(name))?.value ?? null;
}
