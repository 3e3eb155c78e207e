// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";

import { commandOf, isTypingIn, KEYS } from "./triage_keys";

describe("triage by keyboard", () => {
  it.each([
    ["j", "next"],
    ["K", "previous"],
    ["f", "file"],
    ["M", "merge"],
    ["r", "reject"],
    ["v", "verify"],
    ["?", "help"],
    ["？", "help"],
    ["0", "search"],
  ])("%s is %s", (key, name) => {
    expect(commandOf({ key }, "queue", false)).toEqual({ name });
  });

  it("takes figures as categories", () => {
    expect(commandOf({ key: "4" }, "queue", false)).toEqual({ name: "category", number: 4 });
  });

  it("leaves everything to somebody who types, and shortcuts to the browser", () => {
    expect(commandOf({ key: "f" }, "queue", true)).toBeNull();
    expect(commandOf({ key: "f", ctrlKey: true }, "queue", false)).toBeNull();
    expect(commandOf({ key: "r", metaKey: true }, "queue", false)).toBeNull();
  });

  it("goes back with Escape only where there is something to go back from", () => {
    expect(commandOf({ key: "Escape" }, "group", false)).toEqual({ name: "back" });
    expect(commandOf({ key: "Escape" }, "queue", false)).toBeNull();
  });

  it("knows what is typed into: fields and dialogs, not buttons and boxes to tick", () => {
    const dialog = document.createElement("dialog");
    const button = dialog.appendChild(document.createElement("button"));
    expect(isTypingIn(button)).toBe(true);
    expect(isTypingIn(document.createElement("button"))).toBe(false);
    expect(isTypingIn(document.createElement("textarea"))).toBe(true);
    const box = document.createElement("input");
    box.type = "checkbox";
    expect(isTypingIn(box)).toBe(false);
  });

  it("helps with keys that do something, each once", () => {
    const keys = KEYS.flatMap((each) => each.keys);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(commandOf({ key: key === "Esc" ? "Escape" : key }, "group", false), key).not.toBeNull();
  });
});
