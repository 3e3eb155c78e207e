import { describe, expect, it, vi } from "vitest";

import { Problem } from "@/api/problems";

import { useSaving } from "./use_saving";

describe("saving a form", () => {
  it("reads the present version where somebody else was faster, and says so", async () => {
    const reread = vi.fn(async () => undefined);
    const saving = useSaving(reread);
    const saved = await saving.save(async () => {
      throw new Problem("refused", 412, "version_mismatch", "内容已被别人更新");
    });
    expect([saved, saving.isOvertaken.value, saving.isBusy.value]).toEqual([false, true, false]);
    expect(reread).toHaveBeenCalledOnce();
  });

  it("says what is wrong with each field, with what lies below it too", async () => {
    const saving = useSaving();
    await saving.save(async () => {
      throw new Problem("refused", 422, "invalid", "内容有误", [{ field: "attributes.lifts", code: "x", detail: "应为整数" }, { field: "name", code: "x", detail: "必填" }]);
    });
    expect(saving.wrong("attributes")).toBe("应为整数");
    expect(saving.wrong("name_of_somebody")).toBe("");
    expect(saving.isOvertaken.value).toBe(false);
  });

  it("lets mistakes of our own through", async () => {
    await expect(useSaving().save(async () => Promise.reject(new TypeError("ours")))).rejects.toThrow("ours");
  });
});
