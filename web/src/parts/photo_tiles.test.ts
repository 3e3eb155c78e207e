// @vitest-environment happy-dom
import { mount } from "@vue/test-utils";
import { describe, expect, it } from "vitest";
import { nextTick } from "vue";

import { i18n, loadTexts } from "@/app/language";

import PhotoPicker from "./PhotoPicker.vue";
import { fitting } from "./photo_tiles";

const picture = (name: string) => new File([name], `${name}.jpg`, { type: "image/jpeg" });

async function choose(picker: ReturnType<typeof mount>, files: File[]): Promise<void> {
  const input = picker.get<HTMLInputElement>('input[type="file"]');
  Object.defineProperty(input.element, "files", { value: files, configurable: true });
  await input.trigger("change");
  await nextTick();
}

describe("photos that fit", () => {
  it("are the first of those chosen, up to the most", () => {
    expect(fitting(["a", "b", "c"], 7, 9)).toEqual(["a", "b"]);
    expect(fitting(["a"], 9, 9)).toEqual([]);
    expect(fitting(["a"], 12, 9)).toEqual([]);
  });
});

describe("the photo picker", () => {
  it("hands over what fits and says how many were left out", async () => {
    await loadTexts("parts");
    const photos = Array.from({ length: 8 }, (_, index) => ({ id: String(index), url: `blob:${index}` }));
    const picker = mount(PhotoPicker, { props: { photos, label: "照片" }, global: { plugins: [i18n] } });
    await choose(picker, [picture("a"), picture("b"), picture("c")]);
    const handed = picker.emitted<[File[]]>("add")?.[0]?.[0] ?? [];
    expect(handed.map((each) => each.name)).toEqual(["a.jpg"]);
    expect(picker.get('[role="alert"]').text()).toContain("2");
  });

  it("offers no more once it is full, and nothing to change where it is fixed", () => {
    const photos = Array.from({ length: 9 }, (_, index) => ({ id: String(index), url: `blob:${index}` }));
    const full = mount(PhotoPicker, { props: { photos, label: "照片" }, global: { plugins: [i18n] } });
    expect(full.find('input[type="file"]').exists()).toBe(false);
    expect(full.findAll(".remove")).toHaveLength(9);
    const fixed = mount(PhotoPicker, { props: { photos: photos.slice(0, 1), label: "照片", isFixed: true }, global: { plugins: [i18n] } });
    expect(fixed.find("input").exists()).toBe(false);
    expect(fixed.find(".remove").exists()).toBe(false);
  });
});
