/** Attributes of communities as forms hold them: by the server's vocabulary, where unknown is not the same as no or none. Pure. */
import type { Schemas } from "@/api/client";

export type Attribute = Schemas["Attribute"];
export type Values = Record<string, unknown>;
/** As the fields hold them: texts; empty is unknown. */
export type Fields = Record<string, string>;

export function fieldsFrom(values: Values, vocabulary: readonly Attribute[]): Fields {
  return Object.fromEntries(vocabulary.map((each) => [each.key, values[each.key] === undefined || values[each.key] === null ? "" : String(values[each.key])]));
}

/** What the fields say, typed as the vocabulary has it. Attributes beyond this vocabulary are kept: they are replaced whole. */
export function valuesFrom(fields: Fields, before: Values, vocabulary: readonly Attribute[]): Values {
  const known = new Set(vocabulary.map((each) => each.key));
  const kept = Object.entries(before).filter(([key]) => !known.has(key));
  const said = vocabulary.flatMap((each): [string, unknown][] => {
    const text = (fields[each.key] ?? "").trim();
    if (text === "") return [];
    if (each.type === "flag") return [[each.key, text === "true"]];
    if (each.type === "integer") return [[each.key, Number.isInteger(Number(text)) ? Number(text) : text]];
    return [[each.key, text]];
  });
  return Object.fromEntries([...kept, ...said]);
}
