type Attributes = Readonly<Record<string, string | number | undefined>>;

/**
 * An element of SVG or HTML as text. Attribute values are escaped here (numbers to two decimals, undefined left out);
 * `children` are elements already, or text that went through `escapeXml`.
 */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escapeXml(typeof value === 'number' ? short(value) : value)}"`],
  );
  return `<${name}${written.join('')}>${children.join('')}</${name}>`;
}

/** Text as content of an element or attribute; characters that XML cannot hold at all become `�`. */
export function escapeXml(text: string): string {
  return text.replaceAll(UNREPRESENTABLE, '\uFFFD').replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** @see https://www.w3.org/TR/xml/#charsets */
const UNREPRESENTABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
