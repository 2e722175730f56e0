import { expect, test } from '@jest/globals';
import { htmlImage, htmlPage, htmlTable, paragraph, section } from '../../../../src/app/report/html-page.ts';

const HOSTILE = `</td><script>alert("x")</script><img src=x onerror='alert(1)'>&amp;`;

test('no text becomes markup, wherever it stands', () => {
  const page = htmlPage(HOSTILE, [
    section(HOSTILE, paragraph(HOSTILE), htmlTable([HOSTILE], [[HOSTILE]])),
    htmlImage(Buffer.from('pixels'), 'image/png', HOSTILE),
  ]);
  expect(page).not.toContain('<script');
  expect(page).not.toContain('<img src=x');
  expect(page.match(/&lt;script&gt;/g)?.length).toBe(7);
  expect(page).toContain('src="data:image/png;base64,cGl4ZWxz"');
});

test('a page asks for nothing outside itself, and empty parts leave no headings', () => {
  const page = htmlPage('Empty', [section('Nothing', htmlTable(['a'], []), '')]);
  expect(page).not.toContain('Nothing');
  expect(page).not.toMatch(/https?:|url\(/);
  expect(page).toContain("default-src 'none'");
});
