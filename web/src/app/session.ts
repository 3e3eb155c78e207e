/** Who is signed in. What was known last is kept, so that an inspector without a network is still somebody. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { answer, api, type Schemas } from "@/api/client";
import { Problem } from "@/api/problems";
import { sendNow } from "@/offline/beginning";

type OwnAccount = Schemas["OwnAccount"];
const KEPT = "jiayuan.account";

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

  function remember(found: OwnAccount | null): void {
    account.value = found;
    if (found === null) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, JSON.stringify(found));
  }

  /** Ask the server who one is, once a start; without an answer what was known last holds. */
  function load(): Promise<void> {
    asked ??= ask();
    return account.value === null ? asked : Promise.resolve();
  }

  async function ask(): Promise<void> {
    if (account.value === null && !document.cookie.includes("csrf_refresh_token")) return;
    try {
      remember(await answer(api.GET("/api/v1/accounts/me")));
      hasExpired.value = false;
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
    remember(await answer(api.GET("/api/v1/accounts/me")));
    hasExpired.value = false;
    asked = Promise.resolve();
    // What waited for this sign-in goes out now.
    void sendNow();
  }

  async function signOut(): Promise<void> {
    try {
      await api.DELETE("/api/v1/sessions/current");
    } catch (error) {
      if (!(error instanceof Problem && error.isSignInNeeded)) throw error;
    }
    remember(null);
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
