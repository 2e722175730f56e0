import { expect, test } from '@jest/globals';
import { loadSharp } from '../../../../src/core/load-sharp.ts';
import { element, escapeXml } from '../../../../src/core/svg/element.ts';
import { linePlotSvg } from '../../../../src/core/svg/line-plot.ts';
import { extent, scale, tickText } from '../../../../src/core/svg/scale.ts';

test('escapes what is markup and replaces what XML cannot hold', () => {
  expect(escapeXml(`<b a="1" b='2'>&`)).toBe('&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;');
  expect(escapeXml('a\u0000b\uD800c')).toBe('a\uFFFDb\uFFFDc');
  expect(element('g', { title: '"><script>', x: 1 / 3, y: undefined })).toBe(
    '<g title="&quot;&gt;&lt;script&gt;" x="0.33"></g>',
  );
});

test('ticks are round numbers within the domain', () => {
  expect(scale('linear', [0, 1], [0, 100]).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(scale('linear', [0.13, 0.47], [0, 100]).ticks).toEqual([0.2, 0.3, 0.4]);
  expect(scale('log', [2e-5, 0.3], [0, 100]).ticks).toEqual([1e-4, 1e-3, 1e-2, 1e-1]);
  expect([1e-5, 0.25, 1_200, 3e7].map(tickText)).toEqual(['1e-5', '0.25', '1200', '3e7']);
});

test('places values, also on a falling range, a logarithmic one and in a domain without extent', () => {
  expect(scale('linear', [0, 10], [100, 0]).at(2)).toBe(80);
  expect(scale('log', [1e-4, 1], [0, 400]).at(0.01)).toBeCloseTo(200, 9);
  expect(scale('linear', [3, 3], [0, 100]).at(3)).toBeCloseTo(50, 9);
  expect(extent([])).toEqual([0, 1]);
  expect(() => scale('log', [0, 1], [0, 1])).toThrow('above 0');
});

test('a chart is one SVG document with title, axes, legend and lines, names escaped', async () => {
  const svg = linePlotSvg({
    title: 'Loss & more',
    x: { label: 'epoch', whole: true },
    y: { label: 'loss' },
    series: [
      {
        name: '<train>',
        points: [
          [1, 2],
          [2, 1],
          [3, 0.5],
        ],
      },
      { name: 'validation', points: [[2, 1.5]] },
    ],
  });
  expect(svg).toContain('&lt;train&gt;');
  expect(svg).not.toContain('<train>');
  expect([...svg.matchAll(/middle">([\d.]+)</g)].map((match) => match[1])).toEqual(['1', '2', '3']);
  expect(svg.match(/<polyline/g)).toHaveLength(1);
  expect(svg.match(/<circle/g)).toHaveLength(1);
  const sharp = loadSharp();
  expect(await sharp(Buffer.from(svg)).metadata()).toMatchObject({ format: 'svg', width: 640, height: 320 });
});
