// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp, type App } from "vue";
import { createMemoryHistory, createRouter, type Router } from "vue-router";

import { missing, part, tellMissingParts, tryAgain } from "./missing_parts";

const empty = { render: () => null };
let app: App;
let router: Router;
let load: () => Promise<object>;

/** As vite tells of an import that failed. */
function notFetched(): Promise<never> {
  const payload = new TypeError("Failed to fetch dynamically imported module");
  window.dispatchEvent(Object.assign(new Event("vite:preloadError"), { payload }));
  return Promise.reject(payload);
}

beforeEach(async () => {
  vi.spyOn(console, "info").mockImplementation(() => undefined);
  vi.stubGlobal("fetch", vi.fn().mockRejectedValue(new TypeError("no network")));
  router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/", component: empty }, { path: "/far", component: () => part(load()) as Promise<typeof empty> }] });
  app = createApp(empty);
  tellMissingParts(app, router);
  await router.push("/");
});
afterEach(() => (missing.value = null));

describe("a part of the app", () => {
  it("that came with nothing in it has not come", async () => {
    await expect(part(Promise.resolve({}))).rejects.toThrow("without anything in it");
    await expect(part(Promise.resolve(undefined))).rejects.toThrow("without anything in it");
    expect(await part(Promise.resolve({ default: empty }))).toEqual({ default: empty });
  });

  it("that is a page and does not come is told with its address; what was there stays, and a press shows it once it comes", async () => {
    load = notFetched;
    await router.push("/far?tab=2").catch(() => undefined);
    await vi.waitFor(() => expect(missing.value).toEqual({ address: "/far?tab=2", isTrying: false }), { timeout: 4_000 });
    expect(router.currentRoute.value.fullPath).toBe("/");
    await tryAgain(true);
    expect(missing.value).toEqual({ address: "/far?tab=2", isTrying: false });
    load = () => Promise.resolve({ default: empty });
    await tryAgain(true);
    expect([missing.value, router.currentRoute.value.fullPath]).toEqual([null, "/far?tab=2"]);
  });

  it("that somebody goes elsewhere without is no longer told of", async () => {
    load = () => Promise.resolve({});
    await router.push("/far").catch(() => undefined);
    await vi.waitFor(() => expect(missing.value?.isTrying).toBe(false), { timeout: 4_000 });
    await router.push("/?other");
    expect(missing.value).toBeNull();
  });

  it("that is on a page and does not come is told; a defect is said to the console", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const error: unknown = await notFetched().catch((each: unknown) => each);
    app.config.errorHandler?.(error, null, "");
    expect(missing.value).toEqual({ address: null, isTrying: false });
    expect(said).not.toHaveBeenCalled();
    app.config.errorHandler?.(new Error("a defect"), null, "");
    expect(said).toHaveBeenCalledOnce();
  });
});
