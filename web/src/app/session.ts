/** Who is signed in. What was known last is kept, so that an inspector without a network is still somebody. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { answer, api, type Schemas } from "@/api/client";
import { Problem } from "@/api/problems";
import { sendNow } from "@/offline/beginning";

import { part } from "./missing_parts";

type OwnAccount = Schemas["OwnAccount"];
const KEPT = "jiayuan.account";
/** Somebody has left this phone, and what was kept of theirs may still be there. */
const LEAVING = "jiayuan.leaving";

function kept(): OwnAccount | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "null") as OwnAccount | null;
  } catch {
    return null;
  }
}

export const useSession = defineStore("session", () => {
  const account = ref<OwnAccount | null>(kept());
  /** The sign-in has ended while work is still on the phone: shown, never acted on by forgetting anything. */
  const hasExpired = ref(false);
  let asked: Promise<void> | null = null;

  /** True where somebody else was known here before: what was kept of theirs is forgotten by then. */
  async function remember(found: OwnAccount | null): Promise<boolean> {
    const before = account.value?.id ?? null;
    account.value = found;
    if (found === null) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, JSON.stringify(found));
    const isOther = before !== null && before !== found?.id;
    if (isOther) localStorage.setItem(LEAVING, before);
    await finishLeaving();
    return isOther;
  }

  /** Tried again at the next start where it does not work out, e.g. because the page was closed over it. */
  async function finishLeaving(): Promise<void> {
    if (localStorage.getItem(LEAVING) === null) return;
    try {
      const { forgetOthers } = await part(import("@/offline/leaving"));
      await forgetOthers(account.value?.id ?? null);
      localStorage.removeItem(LEAVING);
    } catch (error) {
      console.warn("what was kept for another account is still to be forgotten", error);
    }
  }

  // Another tab signed out, or somebody else in: nothing of the one before stays on the screen here.
  addEventListener("storage", (event) => {
    if ((event as StorageEvent).key !== KEPT) return;
    const [before, now] = [account.value?.id ?? null, kept()];
    if (before !== null && before !== now?.id) location.reload();
    else account.value = now;
  });

  /** Ask the server who one is, once a start; without an answer what was known last holds. */
  function load(): Promise<void> {
    asked ??= finishLeaving().then(ask);
    return account.value === null ? asked : Promise.resolve();
  }

  async function ask(): Promise<void> {
    if (account.value === null && !document.cookie.includes("csrf_refresh_token")) return;
    try {
      const isOther = await remember(await answer(api.GET("/api/v1/accounts/me")));
      hasExpired.value = false;
      // The page was begun for somebody else.
      if (isOther) location.reload();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.isSignInNeeded) hasExpired.value = account.value !== null;
    }
  }

  async function signIn(username: string, password: string): Promise<void> {
    await api.POST("/api/v1/sessions", { body: { username, password, transport: "cookie" } });
    await settle();
  }

  async function signInByCode(phone_number: string, code: string): Promise<void> {
    await api.POST("/api/v1/sessions/by-code", { body: { phone_number, code, transport: "cookie" } });
    await settle();
  }

  async function settle(): Promise<void> {
    await remember(await answer(api.GET("/api/v1/accounts/me")));
    hasExpired.value = false;
    asked = Promise.resolve();
    // What waited for this sign-in goes out now.
    // Where the sender does not come now, it is asked for again by itself.
    sendNow().catch(() => undefined);
  }

  /** What the server does not have yet stays on the phone; whoever asks for this tells so first (leaving.ts). */
  async function signOut(): Promise<void> {
    try {
      await api.DELETE("/api/v1/sessions/current");
    } catch (error) {
      if (!(error instanceof Problem && error.isSignInNeeded)) throw error;
    }
    await remember(null);
    hasExpired.value = false;
  }

  return {
    account,
    hasExpired,
    isSignedIn: computed(() => account.value !== null),
    mustChangePassword: computed(() => account.value?.must_change_password ?? false),
    may: (permission: string) => account.value?.permissions.includes(permission as never) ?? false,
    load,
    reload: ask,
    signIn,
    signInByCode,
    signOut,
  };
});
