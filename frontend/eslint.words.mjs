/**
 * What counts as a word that a reader sees. Inside tags it is all text, and every attribute that is not READ_BY_CODE;
 * outside it is what looks like a sentence. Symbols, numbers and NAMES are the same in every language.
 */
const READ_BY_CODE = [
  "\\w*[cC]lassName", "style", "type", "key", "id", "width", "height", "href", "rel", "target", "role", "list", "keep",
  "tone", "size", "state", "kind", "precision", "data-.*", "aria-(hidden|live|current|haspopup|controls|busy|sort|pressed)",
  "autoComplete", "inputMode", "fill", "stroke", "d", "viewBox", "transform", "attribute", "defaultTheme", "storageKey",
  "locale", "timeZone", "swatch", "side", "align", "value", "order", "reason", "onPull",
]; // prettier-ignore

const NAMES = ["Tradeseal", "OpenAPI", "TradingView Lightweight Charts™ Copyright © 2025 TradingView, Inc\\.", "tradingview\\.com", "UTC", "https://…", "0x…", "/[a-z/]+"];

const message = "Words belong in src/messages, in both languages";

export const visibleWords = {
  mode: "jsx-only",
  "should-validate-template": true,
  "jsx-attributes": { include: [], exclude: READ_BY_CODE },
  "jsx-components": { include: [], exclude: [] },
  // Keys of messages, classes, and settings of a format; never what is done with each item of a list.
  callees: { include: [], exclude: ["t", "t\\.(has|rich)", "words", "words\\.has", "names", "outcomes", "figures", "trust", "pages", "linkTo", "keyIn", "onPull", "atTime", "named", "cn", "use[A-Z]\\w*", "format\\w*", "\\w+\\.dateTime", "fieldAt", "[\\w.]*\\.(get|join|replaceAll|replace|split|startsWith|assign|setAttribute)"] },
  words: { exclude: [/^[^\p{L}]*$/u, ...NAMES] },
  "object-properties": { include: [], exclude: ["role", "digits", "lever", "change", "value", "day", "month", "year"] },
  message,
};

const WORD = "/\\p{L}{2}/u";
/** A capital and a small letter first: not `RULE-01`, `BUY`, a class or a key. */
const SENTENCE = "/^\\p{Lu}\\p{Ll}+([ ,.:…?!]|$)/u";
/** Two plain words side by side: not `h-2 w-2`. */
const PHRASE = "/(^|\\s)\\p{L}{2,} \\p{L}{2,}(\\s|[.,:;?!…]|$)/u";
/** Properties by which prepared words come to the screen. */
const SHOWN = "/^(text|label|title|note|hint|why|next|what|caption|placeholder)$/";
const SEEN_ATTRIBUTE = "/^(alt|placeholder|title|aria-(label|description|valuetext|roledescription))$/";
const CODE = ":not(NewExpression, ImportDeclaration, ImportExpression, ExpressionStatement, TSLiteralType, BinaryExpression, JSXAttribute, ThrowStatement)";
const NOT_A_CLASS = ":not(JSXAttribute[name.name=/lassName$/] *, CallExpression[callee.name='cn'] *, Property[key.name=/lassName$/] *, NewExpression *)";

/** What the library's rule passes over: labels of drawings, and words that are prepared before they reach a tag. */
export const preparedWords = [
  `JSXAttribute[name.name=${SEEN_ATTRIBUTE}] > Literal[value=${WORD}]:not([value=/^(https:\\/\\/…|0x…)$/])`,
  `Property[key.name=${SHOWN}] > Literal[value=${WORD}]`,
  `${CODE} > Literal[value=${SENTENCE}]:not([value=/^(Escape|Enter|Esc|Tradeseal|SimpleChange)$/])`,
  `TemplateElement[value.raw=${PHRASE}]${NOT_A_CLASS}`,
  `TemplateElement[value.raw=${SENTENCE}]${NOT_A_CLASS}`,
].map((selector) => ({ selector, message }));
