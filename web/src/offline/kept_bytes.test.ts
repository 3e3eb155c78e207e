import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { blobOf, bytesOf, readBytes, sizeOf } from "./kept_bytes";
import { Phone } from "./testing/phone";

let phone: Phone;

beforeEach(() => {
  phone = new Phone();
});

afterEach(() => phone.end());

describe("bytes in the database", () => {
  it("come back as they were, from today's rows and from those of earlier versions", async () => {
    const picture = new Blob(["tower"], { type: "image/jpeg" });
    for (const row of [await bytesOf(picture), { bytes: picture }]) {
      expect(sizeOf(row)).toBe(5);
      expect(new TextDecoder().decode(await readBytes(row))).toBe("tower");
      expect([await blobOf(row).text(), blobOf(row).type]).toEqual(["tower", "image/jpeg"]);
    }
  });

  it("hold no Blob: private tabs of WebKit refuse a row that has one", async () => {
    const tab = await phone.open();
    const rows = await tab.in(async ({ records, photos, database: { database } }) => {
      const { id } = await records.startDraft("report", { community_id: "1" } as never, { owner: null, title: "", subject: "" });
      const photo = await photos.addPhoto(id, new Blob([Uint8Array.of(0xff, 0xd8, 0xff, 1)], { type: "image/jpeg" }));
      return { kept: await database.bytes.get(photo.id), read: await photos.readPhoto(photo.id) };
    });
    expect(rows.kept?.bytes).not.toBeInstanceOf(Blob);
    expect([rows.read?.size, rows.read?.type]).toEqual([4, "image/jpeg"]);
  });

  it("that the browser refuses are told as not kept, and nothing half stays", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const tab = await phone.open();
    await tab.in(async ({ records, photos, database: { database } }) => {
      const { id } = await records.startDraft("report", { community_id: "1" } as never, { owner: null, title: "", subject: "" });
      vi.spyOn(database.bytes, "add").mockImplementation(() => {
        throw new DOMException("Error preparing Blob/File data to be stored in object store", "UnknownError");
      });
      const adding = photos.addPhoto(id, new Blob([Uint8Array.of(0xff, 0xd8, 0xff, 1)], { type: "image/jpeg" }));
      await expect(adding).rejects.toMatchObject({ name: "Problem", code: "storage_gone" });
      expect(await database.photos.count()).toBe(0);
    });
  });
});
