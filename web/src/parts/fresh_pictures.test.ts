// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { effectScope, type EffectScope } from "vue";

import { isPast, useFreshPictures } from "./fresh_pictures";

const NOW = new Date("2026-11-22T10:00:00+08:00");
const MINUTE = 60_000;
const address = (livesMinutes: number): string => `/photos/released/1?expires=${(NOW.getTime() + livesMinutes * MINUTE) / 1000}&signature=x`;

let scope: EffectScope;
let reads: number;
let shown: string[];

/** A page that shows pictures, and gets addresses that live for as long each time it reads. */
function openPage(living: number): void {
  scope.run(() =>
    useFreshPictures(
      () => shown,
      async () => {
        reads += 1;
        shown = [address((Date.now() - NOW.getTime()) / MINUTE + living)];
      },
    ),
  );
}

function failPicture(src = shown[0] ?? ""): void {
  const picture = document.createElement("img");
  picture.src = src;
  document.body.append(picture);
  picture.dispatchEvent(new Event("error"));
}

async function afterMinutes(minutes: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(minutes * MINUTE);
}

const comeBack = async (): Promise<void> => {
  document.dispatchEvent(new Event("visibilitychange"));
  window.dispatchEvent(new Event("pageshow"));
  await vi.advanceTimersByTimeAsync(0);
};

describe("pictures of a page kept open", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
    scope = effectScope();
    reads = 0;
    shown = [address(15)];
  });
  afterEach(() => {
    scope.stop();
    document.body.replaceChildren();
    vi.useRealTimers();
  });

  it("get new addresses, once, when somebody comes back after their time", async () => {
    openPage(15);
    await afterMinutes(10);
    await comeBack();
    expect(reads).toBe(0);
    await afterMinutes(10);
    await comeBack();
    await comeBack();
    expect(reads).toBe(1);
  });

  it("are not asked for by a page that nobody looks at", async () => {
    openPage(15);
    await afterMinutes(40);
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    await comeBack();
    expect(reads).toBe(0);
    vi.restoreAllMocks();
    await comeBack();
    expect(reads).toBe(1);
  });

  it("get new addresses where one fails although this phone's clock thinks it good", async () => {
    openPage(15);
    await afterMinutes(5);
    failPicture();
    await comeBack();
    expect(reads).toBe(1);
  });

  it("that fail as soon as they were read are not asked for in a loop", async () => {
    openPage(-1);
    failPicture();
    expect(reads).toBe(0);
    await afterMinutes(2);
    for (let failed = 0; failed < 5; failed += 1) {
      failPicture();
      await comeBack();
    }
    expect(reads).toBe(1);
  });

  it("of somebody else, and of a page that was left, are nobody's concern", async () => {
    openPage(15);
    await afterMinutes(20);
    failPicture("/icons/icon.svg");
    expect(reads).toBe(0);
    scope.stop();
    await comeBack();
    failPicture();
    expect(reads).toBe(0);
  });

  it("left out because their time was over are read when somebody comes back", async () => {
    shown = [""];
    openPage(15);
    await afterMinutes(2);
    await comeBack();
    expect([reads, shown[0] === ""]).toEqual([1, false]);
  });
});

it("an address is past its time only if it has one", () => {
  expect([isPast(address(0), NOW.getTime()), isPast(address(1), NOW.getTime()), isPast("/icons/icon.svg", NOW.getTime()), isPast("", NOW.getTime())]).toEqual([true, false, false, false]);
});
