import { element } from '../../../core/svg/element.ts';

type Panel = { readonly svg: string; readonly width: number; readonly height: number };

/** Pictures of one size side by side, so many in a row, as one self-contained SVG document. */
export function panels(title: string, all: readonly Panel[], columns: number): string {
  const { width = 0, height = 0 } = all[0] ?? {};
  const shown = Math.min(columns, all.length);
  const size = { width: width * shown, height: height * Math.ceil(all.length / columns) };
  return element(
    'svg',
    {
      ...{ xmlns: 'http://www.w3.org/2000/svg', ...size, viewBox: `0 0 ${size.width} ${size.height}` },
      ...{ role: 'img', 'aria-label': title },
    },
    ...all.map(({ svg }, index) => {
      const place = `translate(${width * (index % columns)} ${height * Math.floor(index / columns)})`;
      return element('g', { transform: place }, svg);
    }),
  );
}
