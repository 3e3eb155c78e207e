import { describe, expect, it } from "vitest";

import { fieldsFrom, valuesFrom, type Attribute } from "./attributes";

const attribute = (key: string, type: Attribute["type"]) => ({ key, type, zh: key, en: key, minimum: 0, maximum: 9, choices: [] }) as Attribute;
const VOCABULARY = [attribute("lifts", "integer"), attribute("has_shops", "flag"), attribute("property_type", "choice")];

describe("attributes of a community", () => {
  it("come back as they were", () => {
    const values = { lifts: 0, has_shops: false, property_type: "lilong" };
    expect(valuesFrom(fieldsFrom(values, VOCABULARY), values, VOCABULARY)).toEqual(values);
  });

  it("are unknown where a field is empty, which is neither no nor zero", () => {
    expect(valuesFrom({ lifts: "", has_shops: "", property_type: "" }, { lifts: 3 }, VOCABULARY)).toEqual({});
  });

  it("of a newer vocabulary are not lost", () => {
    expect(valuesFrom({ lifts: "2" }, { has_roof_garden: true }, VOCABULARY)).toEqual({ has_roof_garden: true, lifts: 2 });
  });

  it("that are no numbers go to the server as they were typed, which says what is wrong", () => {
    expect(valuesFrom({ lifts: "two" }, {}, VOCABULARY)).toEqual({ lifts: "two" });
  });
});
