import { effectScope, nextTick, ref } from "vue";
import { describe, expect, it } from "vitest";

import { Problem } from "@/api/problems";

import { useAsked, useFreshness, type Asked } from "./asking";

/** Answers that come when the test says so. */
function asking() {
  const question = ref<string | null>("a");
  const open: { question: string; give: (answer: string) => void; refuse: (error: unknown) => void }[] = [];
  const ask = (asked: string) => new Promise<string>((give, refuse) => open.push({ question: asked, give, refuse }));
  const asked = effectScope().run(() => useAsked(() => question.value, ask)) as Asked<string>;
  const settle = async () => {
    await nextTick();
    await nextTick();
    await Promise.resolve();
  };
  return { question, open, asked, settle };
}

describe("asking", () => {
  it("drops an answer that arrives after a newer question", async () => {
    const { question, open, asked, settle } = asking();
    question.value = "b";
    await settle();
    open[1]?.give("answer to b");
    await settle();
    open[0]?.give("answer to a");
    await settle();
    expect(asked.value.value).toBe("answer to b");
  });

  it("takes another question's answer out of view at once, and keeps the same one's while it is asked again", async () => {
    const { question, open, asked, settle } = asking();
    open[0]?.give("answer to a");
    await settle();
    useFreshness().refresh();
    await settle();
    expect(open).toHaveLength(2);
    expect(asked.value.value).toBe("answer to a");
    question.value = "b";
    await settle();
    expect(asked.value.value).toBeNull();
  });

  it("shows a refusal instead of figures", async () => {
    const { open, asked, settle } = asking();
    open[0]?.refuse(Problem.unreachable(null));
    await settle();
    expect(asked.problem.value?.kind).toBe("unreachable");
    expect(asked.value.value).toBeNull();
    expect(asked.isAsking.value).toBe(false);
  });

  it("asks nothing while there is nothing to ask", async () => {
    const { question, open, settle } = asking();
    question.value = null;
    await settle();
    expect(open).toHaveLength(1);
  });
});
