import { describe, expect, it } from "vitest";

import { bodyOf, changesOf, fieldsOf, missingOf, nothingGiven } from "./action_form";

const FILE = { item_code: null, title: "未分类", text: "堆物", building: "3号楼", place: "" };

describe("the form of an action", () => {
  it("shows what the API says is needed, and always reason and photos, which are welcome with any action", () => {
    expect(fieldsOf([]).fields).toEqual([
      { name: "reason", isRequired: false },
      { name: "photo_ids", isRequired: false },
    ]);
    expect(fieldsOf(["reason", "organisation_id"]).fields).toEqual([
      { name: "organisation_id", isRequired: true },
      { name: "reason", isRequired: true },
      { name: "photo_ids", isRequired: false },
    ]);
  });

  it("asks for photos before the words where they are the proof", () => {
    expect(fieldsOf(["reason", "photo_ids"]).fields.map((each) => each.name)).toEqual(["photo_ids", "reason"]);
  });

  it("says which need it has no field for, instead of sending a form that must be refused", () => {
    expect(fieldsOf(["reason", "invoice_number"]).unknown).toEqual(["invoice_number"]);
  });

  it("names what is missing; blanks are nothing, no is an answer", () => {
    const given = { ...nothingGiven(), reason: "  ", is_found: false };
    expect(missingOf(["reason", "is_found", "photo_ids"], given, FILE)).toEqual(["photo_ids", "reason"]);
  });

  it("sends only what it shows and what says something", () => {
    const given = { ...nothingGiven(), reason: " 重复 ", organisation_id: "left over from another action", photo_ids: ["p"] };
    expect(bodyOf("not_file", ["reason"], given, FILE)).toEqual({ action: "not_file", reason: "重复", photo_ids: ["p"] });
  });

  it("sends of an edit only what differs from the file", () => {
    const wanted = { item_code: "CORR-01", title: "未分类", place: "二楼" };
    expect(changesOf(FILE, wanted)).toEqual({ item_code: "CORR-01", place: "二楼" });
    expect(missingOf(["changes"], { ...nothingGiven(), changes: { title: "未分类" } }, FILE)).toEqual(["changes"]);
  });
});
