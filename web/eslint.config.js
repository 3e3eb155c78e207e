import intlify from "@intlify/eslint-plugin-vue-i18n";
import vue from "eslint-plugin-vue";
import typescript from "typescript-eslint";

export default typescript.config(
  { ignores: ["dist/", "src/api/schema.d.ts", "**/*.json"] },
  ...typescript.configs.strict,
  ...vue.configs["flat/recommended"],
  ...intlify.configs.recommended,
  {
    files: ["**/*.vue", "**/*.ts"],
    languageOptions: { parserOptions: { parser: typescript.parser, extraFileExtensions: [".vue"] } },
    settings: { "vue-i18n": { localeDir: "./src/*/locales/*.json", messageSyntaxVersion: "^11.0.0" } },
    rules: {
      // Words stand in the locale files; what remains are marks and figures.
      "@intlify/vue-i18n/no-raw-text": ["error", { ignorePattern: "^[\\s\\d%/·—–:：()（）,.，。+×✓✗△▲▼›…|#*!-]+$" }],
      // Keys begin with their folder's name, which only the loader knows: a unit test holds keys and texts together.
      "@intlify/vue-i18n/no-missing-keys": "off",
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/html-self-closing": "off",
      "vue/multi-word-component-names": "off",
      "vue/attributes-order": "off",
      "vue/html-indent": "off",
      "vue/html-closing-bracket-newline": "off",
      "vue/multiline-html-element-content-newline": "off",
    },
  },
);
