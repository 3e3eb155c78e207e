import { describe, expect, it } from "vitest";

import { bodyOf, lackingOf, placeOfCase, verdictsOf } from "./case_check";
import type { CaseFile, CommunityAlong } from "./provisions";

const offer = (action: string, needs: string[], is_allowed = true) => ({ action, needs, is_allowed }) as unknown as CaseFile["actions"][number];
const HANDLED = [offer("check_pass", ["seen_photo_ids"]), offer("rework", ["reason", "photo_ids"])];
const FILE = { after_photo_ids: ["a", "b"] };

describe("verdicts", () => {
  it("are those the server offers this person now", () => {
    expect(verdictsOf(HANDLED)).toEqual(["fixed", "not_fixed"]);
    expect(verdictsOf([offer("verify", ["photo_ids", "is_found"])])).toEqual(["found", "not_found"]);
    expect(verdictsOf([offer("check_pass", [], false)])).toEqual([]);
  });

  it("of a fix need every after-photo looked at", () => {
    expect(lackingOf({ verdict: "fixed", reason: "", seen: ["a"], photos: 0 }, HANDLED, FILE)).toEqual(["seen"]);
    expect(lackingOf({ verdict: "fixed", reason: "", seen: ["b", "a"], photos: 0 }, HANDLED, FILE)).toEqual([]);
  });

  it("of no fix need a reason and an own photo", () => {
    expect(lackingOf({ verdict: "not_fixed", reason: " ", seen: [], photos: 0 }, HANDLED, FILE)).toEqual(["reason", "photos"]);
    expect(lackingOf({ verdict: "not_fixed", reason: "还在", seen: [], photos: 1 }, HANDLED, FILE)).toEqual([]);
  });
});

describe("what is sent", () => {
  it("names the photos seen only where the fix is confirmed", () => {
    expect(bodyOf({ verdict: "fixed", reason: "", seen: ["a", "b"], photos: 0 }, FILE)).toEqual({ action: "check_pass", reason: "", seen_photo_ids: ["a", "b"] });
    expect(bodyOf({ verdict: "not_fixed", reason: " 还在 ", seen: ["a"], photos: 1 }, FILE)).toEqual({ action: "rework", reason: "还在" });
  });

  it("says of a verification whether the problem was found", () => {
    expect(bodyOf({ verdict: "not_found", reason: "", seen: [], photos: 1 }, FILE)).toEqual({ action: "verify", reason: "", is_found: false });
    expect(bodyOf({ verdict: "found", reason: "", seen: [], photos: 1 }, FILE)).toMatchObject({ is_found: true });
  });
});

it("a case without a position is where its community is", () => {
  const communities = [{ id: "c", latitude: 31, longitude: 121 }] as CommunityAlong[];
  const community = { id: "c" } as CaseFile["community"];
  expect(placeOfCase({ latitude: null, longitude: null, community }, communities)).toEqual({ latitude: 31, longitude: 121 });
  expect(placeOfCase({ latitude: 32, longitude: 122, community }, communities)).toEqual({ latitude: 32, longitude: 122 });
  expect(placeOfCase({ latitude: null, longitude: null, community: { ...community, id: "x" } }, communities)).toBeNull();
});
