import { describe, expect, it } from "vitest";

import type { KeptRecord, LocalPhoto } from "@/offline/record_types";

import { bytesText, groupOf, pathOf, receiptOf, sumsOf } from "./sync_lines";

const record = (change: Partial<KeptRecord>) => ({ id: "r", kind: "inspection", subject: "s", state: "refused", content: {}, receipt: null, ...change }) as KeptRecord;
const photo = (change: Partial<LocalPhoto>) => ({ size: 1000, sent: 0, state: "kept", ...change }) as LocalPhoto;

describe("a record on the sync page", () => {
  it("leads to where it is mended", () => {
    expect(pathOf(record({}))).toBe("/inspect/visit/r/sent");
    expect(pathOf(record({ state: "draft" }))).toBe("/inspect/visit/r");
    expect(pathOf(record({ kind: "case_action", content: { action: "rework" } }))).toBe("/inspect/checks/s");
    expect(pathOf(record({ kind: "case_action", content: { action: "handle" } }))).toBe("/handle/s");
    expect(pathOf(record({ kind: "not_fixed", subject: "AB-12" }))).toBe("/t/AB-12");
    expect(pathOf(record({ kind: "rating", subject: "AB-12" }))).toBe("/t/AB-12");
    expect(pathOf(record({ kind: "report", content: { channel: "staff" } }))).toBe("/inspect/report/r");
    expect(pathOf(record({ kind: "report" }))).toBe("/mine/r");
    expect(pathOf(record({ kind: "report", state: "draft" }))).toBe("/report?draft=r");
  });

  it("stands with those that need a person only while it does", () => {
    expect(["refused", "damaged", "waiting", "draft", "delivered"].map((each) => groupOf(each as KeptRecord["state"]))).toEqual(["stuck", "stuck", "outgoing", "draft", "delivered"]);
  });

  it("is known again by its receipt", () => {
    expect(receiptOf(record({ kind: "report", receipt: { case_number: "310151-1", tracking_code: "AB" } }))).toBe("AB");
    expect(receiptOf(record({ kind: "case_action", receipt: { number: "310151-2" } }))).toBe("310151-2");
    expect(receiptOf(record({ receipt: { number: 1 } }))).toBe("r");
  });
});

it("photos are summed by what has arrived of them", () => {
  expect(sumsOf([photo({ state: "stored" }), photo({ size: 3000, sent: 1000, state: "sending" })])).toEqual({ count: 2, stored: 1, bytes: 4000, share: 0.5 });
  expect(sumsOf([])).toEqual({ count: 0, stored: 0, bytes: 0, share: 0 });
});

it("sizes are said in the unit that people know them in", () => {
  expect([0, 1, 640_400, 1_440_000, 2_100_000_000].map(bytesText)).toEqual(["0 KB", "1 KB", "640 KB", "1.4 MB", "2.1 GB"]);
});
