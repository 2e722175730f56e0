import { element, escapeXml } from '../../core/svg/element.ts';

/** A page in one file that asks the network for nothing and runs no script; `sections` are markup. */
export function htmlPage(title: string, sections: readonly string[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">`,
    element('title', {}, escapeXml(title)),
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    element('main', {}, ...sections),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** A heading and what stands below it; nothing where nothing does. */
export function section(heading: string, ...content: readonly string[]): string {
  if (content.every((part) => part === '')) return '';
  return element('section', {}, element('h2', {}, escapeXml(heading)), ...content);
}

/** Rows of texts and numbers, which are aligned to the right; nothing without rows. */
export function htmlTable(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (rows.length === 0) return '';
  const head = headings.map((heading) => element('th', {}, escapeXml(heading)));
  const body = rows.map((row) => element('tr', {}, ...row.map(cell)));
  const table = element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...body));
  return element('div', { class: 'wide' }, table);
}

/** A picture that is part of the page. */
export function htmlImage(bytes: Uint8Array, mediaType: string, caption: string): string {
  const source = `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}`;
  const image = `<img src="${escapeXml(source)}" alt="${escapeXml(caption)}">`;
  return element('figure', {}, image, element('figcaption', {}, escapeXml(caption)));
}

/** A paragraph. */
export function paragraph(text: string): string {
  return element('p', {}, escapeXml(text));
}

function cell(content: string | number): string {
  return typeof content === 'number'
    ? element('td', { class: 'number' }, numberText(content))
    : element('td', {}, escapeXml(content));
}

/** Up to five digits that count of a fraction. */
function numberText(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en-US') : escapeXml(String(Number(value.toPrecision(5))));
}

const STYLE = `
:root{color-scheme:light dark;--ground:#fff;--text:#24292f;--faint:#667079;--line:#d8dee4;--accent:#3b82f6}
@media (prefers-color-scheme:dark){:root{--ground:#15191f;--text:#d5dae0;--faint:#8b96a1;--line:#313842}}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,sans-serif}
main{max-width:1000px;margin:0 auto;padding:24px 20px 60px}
h1{font-size:26px;margin:8px 0}h2{font-size:18px;margin:36px 0 10px;border-bottom:1px solid var(--line)}
p{overflow-wrap:anywhere}.faint,figcaption{color:var(--faint);font-size:13px}
.figures{display:flex;flex-wrap:wrap;gap:12px;margin:18px 0}
.figure{border:1px solid var(--line);border-radius:8px;padding:10px 16px}.figure b{display:block;font-size:22px}
.wide{overflow-x:auto;max-height:640px;margin:12px 0}table{border-collapse:collapse;font-size:13px}
th,td{text-align:left;padding:3px 14px 3px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
.number{text-align:right;font-variant-numeric:tabular-nums}
.plots{display:flex;flex-wrap:wrap;gap:16px}svg{max-width:100%;height:auto}
figure{margin:12px 0}img{max-width:100%;height:auto}
`;
