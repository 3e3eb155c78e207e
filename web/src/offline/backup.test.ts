import { unzipSync } from "fflate";
import { afterEach, beforeEach, expect, it } from "vitest";

import { Phone, type Tab } from "./testing/phone";
import { hexDigest } from "./testing/server";

let phone: Phone;
let tab: Tab;

beforeEach(async () => {
  phone = new Phone();
  tab = await phone.open();
});

afterEach(() => phone.end());

it("has every record of its owner and of nobody that has not arrived, and every photo byte for byte", async () => {
  const file = await tab.in(async ({ records, photos, database: { database } }) => {
    for (const [text, state, owner] of [["a", "draft", null], ["b", "refused", "account-1"], ["c", "delivered", "account-1"], ["d", "draft", "account-2"]] as const) {
      const draft = await records.startDraft("report", { text }, { owner, title: text, subject: "" });
      const photo = await photos.addPhoto(draft.id, new Blob([`photo of ${text}`], { type: "image/jpeg" }));
      await database.records.update(draft.id, { state });
      if (text === "b") await database.bytes.delete(photo.id);
    }
    return records.exportRecords("account-1");
  });
  expect(file.name).toMatch(/^jiayuan-.*\.zip$/);
  const files = unzipSync(new Uint8Array(await file.arrayBuffer()));
  const content = JSON.parse(new TextDecoder().decode(files["records.json"])) as { records: { title: string }[]; photos: { file: string | null; sha256: string }[] };
  expect(content.records.map((each) => each.title).sort()).toEqual(["a", "b"]);
  expect(content.photos.map((each) => each.file === null).sort()).toEqual([false, true]);
  for (const photo of content.photos) if (photo.file !== null) expect(await hexDigest(files[photo.file] as Uint8Array)).toBe(photo.sha256);
});
