/** Addresses: each journey names its own in `<folder>/routes.ts`; its texts are loaded before its first page shows. */
import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";

import { desk } from "@/desk/routes";
import { handler } from "@/handler/routes";
import { inspector } from "@/inspector/routes";
import { resident } from "@/resident/routes";

import { i18n, loadTexts } from "./language";
import { part } from "./missing_parts";
import { useSession } from "./session";

declare module "vue-router" {
  interface RouteMeta {
    /** The folders whose texts the page needs, also without a network: they are there before it shows. */
    texts?: string | readonly string[];
    /** The page's title: a text's name. */
    title?: string;
    /** Only for those signed in (true), or holding one of these permissions. */
    needs?: true | readonly string[];
  }
}

const own: RouteRecordRaw[] = [
  { path: "/sign-in", name: "sign-in", component: () => import("./SignInPage.vue"), meta: { title: "app.signIn.title" } },
  { path: "/settings", name: "settings", component: () => import("./SettingsPage.vue"), meta: { title: "app.settings.title" } },
  { path: "/:rest(.*)*", name: "not-found", component: () => import("./NotFoundPage.vue"), meta: { title: "app.notFound.title" } },
];

/** A page that came without anything in it is one that did not come; the router itself would show nothing. */
function inParts(routes: readonly RouteRecordRaw[]): RouteRecordRaw[] {
  return routes.map((each) => {
    const { component, children } = each;
    const checked = typeof component === "function" ? () => part((component as () => Promise<object>)()) : component;
    return { ...each, ...(checked && { component: checked }), ...(children && { children: inParts(children) }) } as RouteRecordRaw;
  });
}

export const router = createRouter({
  history: createWebHistory(),
  routes: inParts([...resident, ...inspector, ...handler, ...desk, ...own]),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

router.beforeEach(async (to) => {
  const folders = new Set(to.matched.flatMap((each) => each.meta.texts ?? []));
  await Promise.all([...folders].map((each) => loadTexts(each)));
  const needed = to.matched.map((each) => each.meta.needs).findLast((each) => each !== undefined);
  const session = useSession();
  const asked = session.load();
  if (needed === undefined) return true;
  await asked;
  if (!session.isSignedIn) return { name: "sign-in", query: { next: to.fullPath } };
  if (session.mustChangePassword && to.name !== "settings") return { name: "settings" };
  if (needed !== true && !needed.some((each) => session.may(each))) {
    // The address stays, so that a reload says the same.
    return { name: "not-found", params: { rest: to.path.slice(1).split("/") }, query: to.query, hash: to.hash };
  }
  return true;
});

router.afterEach((to) => {
  const title = to.meta.title;
  document.title = title === undefined ? i18n.global.t("app.name") : `${i18n.global.t(title)} · ${i18n.global.t("app.name")}`;
});
