import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

type Texts = { [name: string]: string | Texts };

const SOURCE = join(process.cwd(), "src");
const folders = readdirSync(SOURCE).filter((each) => existsSync(join(SOURCE, each, "locales")));

function texts(folder: string, language: string): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (each: Texts, path: string): void => {
    for (const [name, value] of Object.entries(each)) {
      if (typeof value === "string") found.set(path + name, value);
      else walk(value, `${path}${name}.`);
    }
  };
  walk(JSON.parse(readFileSync(join(SOURCE, folder, "locales", `${language}.json`), "utf8")) as Texts, "");
  return found;
}

const placeholders = (text: string) => new Set([...text.matchAll(/\{(\w+)\}/g)].map((each) => each[1]));

describe.each(folders)("texts of %s", (folder) => {
  const chinese = texts(folder, "zh-CN");
  const english = texts(folder, "en");

  it("are there in both languages", () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  });

  it("ask for the same values in both", () => {
    for (const [name, text] of chinese) expect(placeholders(english.get(name) ?? ""), name).toEqual(placeholders(text));
  });

  it("say something", () => {
    for (const [name, text] of [...chinese, ...english]) expect(text.trim(), name).not.toBe("");
  });
});

describe("names that pages ask for by a literal", () => {
  const sources = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((each) => /\.(vue|ts)$/.test(each) && !each.endsWith(".test.ts"));
  it("all have a text", () => {
    const known = new Set(folders.flatMap((folder) => [...texts(folder, "zh-CN").keys()].map((each) => `${folder}.${each}`)));
    const missing: string[] = [];
    for (const file of sources) {
      for (const [, name = ""] of readFileSync(join(SOURCE, file), "utf8").matchAll(/\bt\(\s*"([\w.-]+)"/g)) {
        if (!known.has(name)) missing.push(`${file}: ${name}`);
      }
    }
    expect(missing).toEqual([]);
  });
});
