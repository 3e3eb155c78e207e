// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { createApp } from "vue";

import { Problem } from "@/api/problems";

import { useAttempt, type Attempt } from "./attempt";
import { i18n } from "./language";

function inAnApp(): Attempt {
  const made: Attempt[] = [];
  const app = createApp({
    setup() {
      made.push(useAttempt());
      return () => null;
    },
  });
  app.use(i18n).mount(document.createElement("div"));
  return made[0] as Attempt;
}

describe("an attempt", () => {
  it("is busy while it runs, does not begin twice, and says why it was refused until the next one", async () => {
    const { isBusy, refusal, attempt } = inAnApp();
    let refuse: (error: Problem) => void = () => undefined;
    const first = attempt(() => new Promise((_, reject) => (refuse = reject)));
    expect(isBusy.value).toBe(true);
    expect(await attempt(async () => expect.unreachable("a second press begins nothing"))).toBe(false);
    refuse(new Problem("refused", 422, "invalid", "这一天还没有到"));
    expect(await first).toBe(false);
    expect([isBusy.value, refusal.value]).toEqual([false, "这一天还没有到"]);
    expect(await attempt(async () => undefined)).toBe(true);
    expect(refusal.value).toBe("");
  });

  it("throws on what is a defect, and is free again", async () => {
    const { isBusy, attempt } = inAnApp();
    await expect(
      attempt(async () => {
        throw new TypeError("no such function");
      }),
    ).rejects.toThrow("no such function");
    expect(isBusy.value).toBe(false);
  });
});
