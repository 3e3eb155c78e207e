/** An item's rule of applicability in words, by the grid's vocabulary of community attributes. Pure: words come from a translator. */
import type { Schemas } from "@/api/client";

export type Attribute = Schemas["Attribute"];
type Words = (name: string, values: Record<string, string>) => string;
type Rule = Readonly<Record<string, unknown>>;

const SIGNS: Readonly<Record<string, string>> = { "==": "=", "!=": "≠", ">=": "≥", ">": ">", "<=": "≤", "<": "<" };

/** `{}` applies always; all, any and not may be nested; anything else is shown as it was written rather than hidden. */
export function ruleInWords(rule: Rule, attributes: readonly Attribute[], isChinese: boolean, words: Words): string {
  const name = (each: { zh: string; en: string }) => (isChinese ? each.zh : each.en);

  function say(part: Rule, isWhole: boolean): string {
    if (Array.isArray(part["all"])) return join(part["all"] as Rule[], "and", isWhole);
    if (Array.isArray(part["any"])) return join(part["any"] as Rule[], "or", isWhole);
    if (isRule(part["not"])) return words("not", { rule: say(part["not"], false) });
    const attribute = attributes.find((each) => each.key === part["attribute"]);
    if (attribute === undefined) return JSON.stringify(part);
    const wanted = part["value"];
    if (attribute.type === "flag") return words(wanted === (part["op"] !== "!=") ? "has" : "hasNot", { attribute: name(attribute) });
    const value = (Array.isArray(wanted) ? wanted : [wanted])
      .map((each) => attribute.choices.find((choice) => choice.code === each))
      .map((choice, at) => (choice === undefined ? String(Array.isArray(wanted) ? wanted[at] : wanted) : name(choice)))
      .join(isChinese ? "、" : ", ");
    if (part["op"] === "in") return words("oneOf", { attribute: name(attribute), value });
    return words("compared", { attribute: name(attribute), sign: SIGNS[String(part["op"])] ?? String(part["op"]), value });
  }

  function join(parts: readonly Rule[], word: "and" | "or", isWhole: boolean): string {
    const said = parts.map((each) => say(each, false)).join(words(word, {}));
    return isWhole || parts.length === 1 ? said : words("group", { rule: said });
  }

  return Object.keys(rule).length === 0 ? words("always", {}) : say(rule, true);
}

function isRule(value: unknown): value is Rule {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
