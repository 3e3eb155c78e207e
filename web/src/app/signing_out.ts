/** Leaving the phone: what has not reached the server is told of first, what is kept of the account goes, and the app starts anew. */
import { useI18n } from "vue-i18n";

import { part } from "./missing_parts";
import { useSession } from "./session";

/** A function that asks where there is something to ask, and signs out; it does nothing where the person stays. */
export function useSigningOut(): () => Promise<void> {
  const { t } = useI18n();
  const session = useSession();

  async function isAgreed(): Promise<boolean> {
    const unsent = session.account === null ? null : await (await part(import("@/offline/leaving"))).countUnsent(session.account.id);
    if (unsent === null || unsent.drafts + unsent.records === 0) return true;
    const what = [
      unsent.records > 0 ? t("app.leave.records", { count: unsent.records }) : "",
      unsent.drafts > 0 ? t("app.leave.drafts", { count: unsent.drafts }) : "",
      unsent.photos > 0 ? t("app.leave.photos", { count: unsent.photos }) : "",
    ].filter((each) => each !== "");
    const [{ showConfirmDialog }] = await Promise.all([part(import("vant/es/dialog")), import("vant/es/dialog/style")]);
    return showConfirmDialog({
      title: t("app.leave.title"),
      message: t("app.leave.text", { what: what.join(t("app.leave.comma")) }),
      confirmButtonText: t("app.leave.go"),
      cancelButtonText: t("app.leave.stay"),
    }).then(
      () => true,
      () => false,
    );
  }

  return async () => {
    if (!(await isAgreed())) return;
    await session.signOut();
    location.replace("/");
  };
}
